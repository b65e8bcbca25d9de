import type { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { findCondition, hasCondition } from '#objects/conditions.ts'

/** The signers that a cluster has by itself. */
const SIGNERS = [
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
]

const HOUR = 3_600_000
/** For how long a request stays that was decided, signed or not. */
const DECIDED_MS = HOUR
/** For how long it stays undecided. */
const PENDING_MS = 24 * HOUR

/**
 * What becomes of a request: signed, taken away, or left for so many milliseconds; of one that is open, nobody has
 * decided.
 */
type Fate =
  | { readonly kind: 'sign' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'left'; readonly ms: number; readonly isOpen: boolean }

/** What becomes of a request for a certificate now, milliseconds since 1970. */
export const fateOf = (csr: CertificateSigningRequest, now: number): Fate => {
  const { conditions, certificate } = csr.status ?? {}
  const decision = ['Denied', 'Failed', 'Approved'].map((type) => findCondition(conditions, type)).find(Boolean)
  const since = Date.parse(decision?.lastUpdateTime ?? csr.metadata?.creationTimestamp ?? '')
  const ms = since + (decision ? DECIDED_MS : PENDING_MS) - now
  if (ms <= 0) return { kind: 'gone' }
  const isApproved = hasCondition(csr, 'Approved') && !hasCondition(csr, 'Denied') && !hasCondition(csr, 'Failed')
  if (isApproved && !certificate && SIGNERS.includes(csr.spec.signerName)) return { kind: 'sign' }
  return { kind: 'left', ms, isOpen: decision === undefined && !certificate }
}
