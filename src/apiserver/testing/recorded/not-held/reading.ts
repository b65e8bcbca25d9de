import { LATER, type NotHeld } from './not-held.ts'

export const reading: NotHeld = {
  'watch from a list': LATER,
  'refused: watch too old': LATER,
  'refused: sendInitialEvents without match': LATER,
  'list at zero': LATER,
  yaml: LATER,
  'double slash': LATER,
  'refused: name with slash': LATER,
}
