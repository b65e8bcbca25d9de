import type { News } from '../routes.ts'
import type { Origin } from '../table/origin.ts'
import type { REASONS } from './reasons.ts'

/** `about`: which hosts and which path, where it is about such. */
export const warning = (
  object: Origin,
  reason: keyof typeof REASONS,
  message: string,
  about: Pick<News, 'hosts' | 'path'> = {},
): News => ({
  object,
  type: 'Warning',
  reason,
  message,
  ...about,
})
