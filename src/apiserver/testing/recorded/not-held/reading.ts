import type { NotHeld } from './not-held.ts'

export const reading: NotHeld = {}
