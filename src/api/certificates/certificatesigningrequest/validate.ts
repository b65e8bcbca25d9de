import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { repeats } from '#api/validation/repeats.ts'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './message.ts'
import { checkSignerName } from './signer-name.ts'
import { USAGES } from './usages.ts'

/** What was decided is said once and for all. */
const FINAL = ['Approved', 'Denied', 'Failed']
/** What is decided by `approval` alone. */
const DECISIONS = ['Approved', 'Denied']
const SHORTEST_SECONDS = 600
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'

type Conditions = readonly CertificateSigningRequestCondition[]

/** Any name will do. */
export const certificateSigningRequestNames = (): readonly string[] => []

/**
 * Checks a new request. `requestFault`: what is wrong with `spec.request`, which is told by who can read it; the
 * signature of it is what makes it a request.
 */
export const validateCertificateSigningRequest = (
  csr: CertificateSigningRequest,
  requestFault?: string,
): readonly FieldError[] => checked(csr, undefined, requestFault, undefined)

/** An update of what is the object's own: labels, annotations. */
export const validateCertificateSigningRequestUpdate = (
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
): readonly FieldError[] =>
  checkedUpdate(csr, old, [...addedDecisions(csr, old), ...certificateErrors(csr, old, false)])

/** `certificateFault`: what is wrong with `status.certificate`, which is told by who can read it. */
export const validateCertificateSigningRequestStatus = (
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  certificateFault?: string,
): readonly FieldError[] =>
  checkedUpdate(csr, old, [...addedDecisions(csr, old), ...certificateErrors(csr, old, true)], certificateFault)

/** A decision. */
export const validateCertificateSigningRequestApproval = (
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
): readonly FieldError[] => checkedUpdate(csr, old, certificateErrors(csr, old, false))

const checkedUpdate = (
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  ofPart: readonly FieldError[],
  certificateFault?: string,
): readonly FieldError[] => [
  ...checked(csr, old, undefined, certificateFault),
  ...removedDecisions(csr, old),
  ...ofPart,
  ...validateMetadataUpdate(csr.metadata, old.metadata),
]

const checked = (
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
  requestFault: string | undefined,
  certificateFault: string | undefined,
): readonly FieldError[] => {
  const { request, usages = [], signerName, expirationSeconds: seconds } = csr.spec
  const errors = [...validateMetadata(csr.metadata, false, certificateSigningRequestNames)]
  if (requestFault !== undefined) errors.push(invalid('spec.request', request ?? '', requestFault))
  if (usages.length === 0) errors.push(required('spec.usages'))
  errors.push(...usageErrors(usages))
  if (signerName === LEGACY_SIGNER && old?.spec.signerName !== LEGACY_SIGNER)
    errors.push(invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'))
  else errors.push(...checkSignerName(signerName, 'spec.signerName'))
  if (seconds !== undefined && seconds < SHORTEST_SECONDS) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)'
    errors.push(invalid('spec.expirationSeconds', seconds, why))
  }
  errors.push(...conditionErrors(csr.status?.conditions ?? [], old?.status?.conditions ?? []))
  if (certificateFault !== undefined) errors.push(invalid('status.certificate', '<certificate data>', certificateFault))
  return errors
}

const usageErrors = (usages: readonly string[]): readonly FieldError[] => [
  ...usages.flatMap((usage, index) =>
    (USAGES as readonly string[]).includes(usage)
      ? []
      : [notSupported(`spec.usages[${index}]`, usage, [...USAGES].sort())],
  ),
  ...[...repeats(usages)].map((index) => duplicate(`spec.usages[${index}]`, usages[index])),
]

const isBoth = (conditions: Conditions): boolean =>
  DECISIONS.every((decision) => conditions.some(({ type }) => type === decision))

const conditionErrors = (conditions: Conditions, old: Conditions): readonly FieldError[] => {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, { type = '', status = '' }] of conditions.entries()) {
    const at = `status.conditions[${index}]`
    if (type === '') errors.push(required(`${at}.type`))
    const allowed = FINAL.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (status === '') errors.push(required(`${at}.status`))
    else if (!allowed.includes(status)) errors.push(notSupported(`${at}.status`, status, allowed))
    const other = DECISIONS.find((decision) => decision !== type)!
    if (DECISIONS.includes(type) && seen.has(other) && !isBoth(old))
      errors.push(invalid(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive'))
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type))
    seen.add(type)
  }
  return errors
}

const countOf = ({ status }: CertificateSigningRequest, wanted: string): number =>
  (status?.conditions ?? []).filter(({ type }) => type === wanted).length

const removedDecisions = (csr: CertificateSigningRequest, old: CertificateSigningRequest): readonly FieldError[] =>
  FINAL.filter((type) => countOf(csr, type) < countOf(old, type)).map((type) =>
    forbidden('status.conditions', `updates may not remove a condition of type "${type}"`),
  )

const addedDecisions = (csr: CertificateSigningRequest, old: CertificateSigningRequest): readonly FieldError[] =>
  DECISIONS.filter((type) => countOf(csr, type) > countOf(old, type)).map((type) =>
    forbidden('status.conditions', `updates may not add a condition of type "${type}"`),
  )

const certificateErrors = (
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
  maySet: boolean,
): readonly FieldError[] => {
  const before = old.status?.certificate ?? ''
  if ((status?.certificate ?? '') === before) return []
  if (!maySet) return [forbidden('status.certificate', 'updates may not set certificate content')]
  return before === '' ? [] : [forbidden('status.certificate', 'updates may not modify existing certificate content')]
}
