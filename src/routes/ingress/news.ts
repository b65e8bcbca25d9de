import type { News } from '../routes.ts'
import type { Origin } from '../table/origin.ts'
import type { REASONS } from './reasons.ts'

export const warning = (object: Origin, reason: keyof typeof REASONS, message: string): News => ({
  object,
  type: 'Warning',
  reason,
  message,
})
