import { LATER, type NotHeld } from './not-held.ts'

export const networking: NotHeld = {
  'ingress default-class': LATER,
}
