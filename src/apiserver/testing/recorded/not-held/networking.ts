import { LATER, type NotHeld } from './not-held.ts'

export const networking: NotHeld = {
  'networkpolicy deny': LATER,
  'networkpolicy defaults': LATER,
  'networkpolicy refused-except': LATER,
  'networkpolicy refused-endport': LATER,
  'networkpolicy refused-hostbits': LATER,
  ingressclass: LATER,
  'ingress default-class': LATER,
  'ingress tls': LATER,
  'ingress refused-hosts': LATER,
  'ingress refused-backend': LATER,
}
