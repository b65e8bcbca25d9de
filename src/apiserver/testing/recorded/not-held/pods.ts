import { LATER, type NotHeld } from './not-held.ts'

export const pods: NotHeld = {
  resize: LATER,
  'refused: pod addresses differ': LATER,
  'pod with grace': LATER,
  'second delete cannot lengthen': LATER,
  'delete now': LATER,
}
