import { LATER, type NotHeld } from './not-held.ts'

export const reading: NotHeld = {
  'refused: watch too old': LATER,
}
