import { LATER, type NotHeld } from './not-held.ts'

export const workloads: NotHeld = {
  'refused: pdb both': LATER,
}
