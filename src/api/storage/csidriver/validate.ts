import { duplicate, type FieldError, invalid, notSupported } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { CSIDriver } from './message.ts'

const LEAST_SECONDS = 600
const MOST_SECONDS = 2 ** 32
const LEAST_PERIOD = 10
const POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const MODES = ['Persistent', 'Ephemeral']

export const validateCsiDriverCreate = (driver: CSIDriver): readonly FieldError[] => [
  ...validateMetadata(driver.metadata, false, dnsSubdomain),
  ...specErrors(driver),
]

/** How its volumes are attached, and how long they live, stays as it is; Kubernetes misspells the first. */
export const validateCsiDriverUpdate = (driver: CSIDriver, old: CSIDriver): readonly FieldError[] => {
  const { attachRequired, volumeLifecycleModes } = driver.spec
  const errors = [...validateMetadataUpdate(driver.metadata, old.metadata), ...specErrors(driver)]
  if (attachRequired !== old.spec.attachRequired) errors.push(immutable('spec.attachedRequired', attachRequired))
  if (!jsonEqual(volumeLifecycleModes ?? [], old.spec.volumeLifecycleModes ?? []))
    errors.push(immutable('spec.volumeLifecycleModes', volumeLifecycleModes))
  return errors
}

const specErrors = ({ spec }: CSIDriver): readonly FieldError[] => {
  const { fsGroupPolicy, volumeLifecycleModes = [], nodeAllocatableUpdatePeriodSeconds: period } = spec
  const errors: FieldError[] = []
  if (fsGroupPolicy !== undefined && !POLICIES.includes(fsGroupPolicy))
    errors.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, POLICIES))
  errors.push(...tokenErrors(spec))
  for (const mode of volumeLifecycleModes)
    if (!MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, MODES))
  const { serviceAccountTokenInSecrets: inSecrets, tokenRequests = [] } = spec
  if (inSecrets !== undefined && tokenRequests.length === 0)
    errors.push(invalid('spec.serviceAccountTokenInSecrets', inSecrets, 'may only be set together with tokenRequests'))
  if (period !== undefined && period < LEAST_PERIOD)
    errors.push(
      invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'),
    )
  return errors
}

/** One token for each audience. */
const tokenErrors = ({ tokenRequests = [] }: CSIDriver['spec']): readonly FieldError[] => {
  const audiences = new Set<string>()
  return tokenRequests.flatMap(({ audience, expirationSeconds: seconds }, index): readonly FieldError[] => {
    const at = `spec.tokenRequests[${index}]`
    if (audiences.has(audience)) return [duplicate(`${at}.audience`, audience)]
    audiences.add(audience)
    if (seconds === undefined) return []
    const field = `${at}.expirationSeconds`
    if (seconds < LEAST_SECONDS) return [invalid(field, seconds, 'may not specify a duration less than 10 minutes')]
    if (seconds > MOST_SECONDS) return [invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')]
    return []
  })
}
