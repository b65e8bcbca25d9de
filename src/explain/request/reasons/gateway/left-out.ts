import type { News } from '#routes/routes.ts'
import { patch } from '../../../diagnose/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import { originRef } from '../../route-ref.ts'
import { lookAt } from '../look-at.ts'

/** What an Ingress of ours says of a host has no effect. */
export const ingressLeftOut = ({ object, reason, message }: News): Finding => {
  const ingress = originRef(object)
  const canary = { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary': null } } }
  return {
    reason: 'ingress-left-out',
    ingress,
    because: reason,
    message,
    cures: [
      reason === 'CanaryUnused'
        ? patch({ code: 'serve-alone' }, 'ingress', { metadata: ingress }, canary)
        : lookAt(ingress),
    ],
  }
}
