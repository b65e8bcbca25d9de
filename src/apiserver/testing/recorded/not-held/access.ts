import { LATER, type NotHeld } from './not-held.ts'

export const access: NotHeld = {
  'rita may list pods': LATER,
}
