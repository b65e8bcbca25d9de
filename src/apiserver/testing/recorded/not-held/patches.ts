import { LATER, type NotHeld } from './not-held.ts'

export const patches: NotHeld = {
  'refused: strategic without key': LATER,
}
