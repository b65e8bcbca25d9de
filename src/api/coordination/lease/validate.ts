import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import type { Lease } from './message.ts'

export const validateLeaseCreate = (lease: Lease): readonly FieldError[] => [
  ...validateMetadata(lease.metadata, true, dnsSubdomain),
  ...leaseSpec(lease),
]

export const validateLeaseUpdate = (lease: Lease, old: Lease): readonly FieldError[] => [
  ...validateMetadataUpdate(lease.metadata, old.metadata),
  ...leaseSpec(lease),
]

const leaseSpec = ({ spec = {} }: Lease): readonly FieldError[] => {
  const errors: FieldError[] = []
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec
  if (seconds !== undefined && seconds <= 0)
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
  if (transitions !== undefined && transitions < 0)
    errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
  return errors
}
