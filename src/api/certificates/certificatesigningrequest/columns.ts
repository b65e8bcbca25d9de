import { AGE, type Column, column, NAME, orNone } from '#api/table/column.ts'
import { humanDuration } from '#api/table/human-duration.ts'
import type { CertificateSigningRequest } from './message.ts'

const state = ({ status }: CertificateSigningRequest): string => {
  const has = (type: string): boolean => (status?.conditions ?? []).some((condition) => condition.type === type)
  const decision = ['Denied', 'Approved'].find(has) ?? 'Pending'
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status?.certificate ? ['Issued'] : [])].join(',')
}

export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  NAME,
  AGE,
  column('SignerName', 'Who is to sign it.', ({ spec }) => orNone(spec.signerName)),
  column('Requestor', 'Who asks for it.', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', 'For how long it is asked for.', ({ spec }) =>
    spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', 'What was decided, and whether it was signed.', state),
]
