import { duplicate, type FieldError, invalid, required, tooLong } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import type { CSINode } from './message.ts'

type Driver = NonNullable<NonNullable<CSINode['spec']>['drivers']>[number]

export const validateCsiNodeCreate = ({ metadata, spec }: CSINode): readonly FieldError[] => [
  ...validateMetadata(metadata, false, dnsSubdomain),
  ...driverErrors(spec?.drivers ?? []),
]

/** A driver that is there stays as it is, but for what may be allocated. */
export const validateCsiNodeUpdate = (node: CSINode, old: CSINode): readonly FieldError[] => {
  const drivers = node.spec?.drivers ?? []
  const changed = (old.spec?.drivers ?? []).flatMap((before): readonly FieldError[] => {
    const after = drivers.find(({ name }) => name === before.name)
    return after && textOf(after) !== textOf(before) ? [invalid('spec.drivers', after, 'field is immutable')] : []
  })
  return [...validateMetadataUpdate(node.metadata, old.metadata), ...driverErrors(drivers), ...changed]
}

const textOf = ({ nodeID, topologyKeys = [] }: Driver): string => JSON.stringify([nodeID, topologyKeys])

const driverErrors = (drivers: readonly Driver[]): readonly FieldError[] => {
  const names = new Set<string>()
  return drivers.flatMap(({ name, nodeID, topologyKeys = [], allocatable }, at): readonly FieldError[] => {
    const path = `spec.drivers[${at}]`
    const errors: FieldError[] = []
    if (name === '') errors.push(required(`${path}.name`))
    else if (name.length > 63) errors.push(tooLong(`${path}.name`, 63))
    else errors.push(...checkForm(dnsSubdomain, name.toLowerCase(), `${path}.name`))
    if (nodeID === '') errors.push(required(`${path}.nodeID`, nodeID))
    else if (nodeID.length > 256) errors.push(invalid(`${path}.nodeID`, nodeID, 'must be 256 characters or less'))
    const { count } = allocatable ?? {}
    if (count !== undefined && count < 0)
      errors.push(invalid(`${path}.allocatable.count`, count, 'must be greater than or equal to 0'))
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
    const keys = new Set<string>()
    for (const [index, key] of topologyKeys.entries()) {
      if (keys.has(key)) errors.push(duplicate(`${path}.topologyKeys`, key))
      keys.add(key)
      errors.push(...checkForm(qualifiedName, key, `${path}.topologyKeys[${index}]`))
    }
    return errors
  })
}
