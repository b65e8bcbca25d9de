import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { CSIStorageCapacity } from './message.ts'

export const validateCsiStorageCapacityCreate = (one: CSIStorageCapacity): readonly FieldError[] => [
  ...validateMetadata(one.metadata, true, dnsSubdomain),
  ...contentErrors(one),
]

/** How much there is may change; of what and where, stays. */
export const validateCsiStorageCapacityUpdate = (
  one: CSIStorageCapacity,
  old: CSIStorageCapacity,
): readonly FieldError[] => {
  const errors = [...contentErrors(one), ...validateMetadataUpdate(one.metadata, old.metadata)]
  if (!jsonEqual(one.nodeTopology ?? null, old.nodeTopology ?? null))
    errors.push(immutable('nodeTopology', one.nodeTopology))
  if (one.storageClassName !== old.storageClassName) errors.push(immutable('storageClassName', one.storageClassName))
  return errors
}

const contentErrors = ({ nodeTopology, storageClassName, capacity }: CSIStorageCapacity): readonly FieldError[] => {
  const errors: FieldError[] = nodeTopology ? [...validateSelector(nodeTopology, 'nodeTopology')] : []
  errors.push(...checkForm(dnsSubdomain, storageClassName, 'storageClassName'))
  if (capacity !== undefined && parseQuantity(capacity).nano < 0n)
    errors.push(invalid('capacity', capacity, 'must be greater than or equal to 0'))
  return errors
}
