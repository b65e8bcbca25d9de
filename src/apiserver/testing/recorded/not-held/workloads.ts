import { LATER, type NotHeld } from './not-held.ts'

export const workloads: NotHeld = {
  'job many': LATER,
  'job refused-restart': LATER,
  'job refused-numbers': LATER,
  'job refused-selector': LATER,
  cronjob: LATER,
  'refused: pdb both': LATER,
}
