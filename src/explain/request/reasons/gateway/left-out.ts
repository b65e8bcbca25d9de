import type { News } from '#routes/routes.ts'
import { patch } from '../../../diagnose/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { IngressLeftOut } from '../../../trace/findings/request.ts'
import { originRef } from '../../route-ref.ts'
import { lookAt } from '../look-at.ts'

/** Which Ingress it is that has no effect, and why. */
export const leftOutNote = ({ object, reason, message }: News): IngressLeftOut => ({
  reason: 'ingress-left-out',
  ingress: originRef(object),
  because: reason,
  message,
})

/** What an Ingress of ours says of a host has no effect. */
export const ingressLeftOut = (news: News): Finding => {
  const note = leftOutNote(news)
  const { ingress, because } = note
  const canary = { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary': null } } }
  return {
    ...note,
    cures: [
      because === 'CanaryUnused'
        ? patch({ code: 'serve-alone' }, 'ingress', { metadata: ingress }, canary)
        : lookAt(ingress),
    ],
  }
}
