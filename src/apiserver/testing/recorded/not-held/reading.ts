import { LATER, type NotHeld } from './not-held.ts'

export const reading: NotHeld = {
  'watch from a list': LATER,
  'refused: watch too old': LATER,
  'list at zero': LATER,
  yaml: LATER,
}
