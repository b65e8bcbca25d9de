import { LATER, type NotHeld } from './not-held.ts'

export const limits: NotHeld = {
  limitrange: LATER,
  'pod gets limits': LATER,
  'refused: pod above the limit': LATER,
  resourcequota: LATER,
  priorityclass: LATER,
  podtemplate: LATER,
}
