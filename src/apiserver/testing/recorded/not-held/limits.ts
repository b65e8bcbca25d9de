import { LATER, type NotHeld } from './not-held.ts'

export const limits: NotHeld = {
  'pod gets limits': LATER,
  'refused: pod above the limit': LATER,
}
