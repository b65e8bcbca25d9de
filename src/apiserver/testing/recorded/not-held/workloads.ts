import type { NotHeld } from './not-held.ts'

export const workloads: NotHeld = {}
