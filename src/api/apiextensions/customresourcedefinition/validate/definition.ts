import { checkCaBundle } from '#api/validation/ca-bundle.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain, type NameForm } from '#api/validation/names.ts'
import { APPROVAL, approvalOf } from '../approval.ts'
import { isTrue } from '../conditions.ts'
import type { CustomResourceDefinition } from '../message.ts'
import { validateNames } from './names.ts'
import { validateSpec } from './spec.ts'

const checkApproval = (definition: CustomResourceDefinition, old?: CustomResourceDefinition): readonly FieldError[] => {
  const approval = approvalOf(definition)
  if (approval === undefined || (old !== undefined && approvalOf(old)?.state === approval.state)) return []
  const path = `metadata.annotations[${APPROVAL}]`
  if (approval.state === 'missing') return [required(path, approval.message)]
  return approval.state === 'invalid'
    ? [invalid(path, definition.metadata?.annotations?.[APPROVAL], approval.message)]
    : []
}

/** Versions that objects may still be stored in stay. */
const checkStored = ({ spec, status }: CustomResourceDefinition): readonly FieldError[] => {
  const path = 'status.storedVersions'
  const { versions = [] } = spec
  const { storedVersions = [] } = status ?? {}
  if (storedVersions.length === 0)
    return [invalid(path, status?.storedVersions ?? null, 'must have at least one stored version')]
  const absent = versions.filter(({ name, storage }) => storage && !storedVersions.includes(name))
  return [
    ...absent.map(({ name }) => invalid(path, storedVersions, `must have the storage version ${name}`)),
    ...storedVersions.flatMap((name, index) => {
      if (storedVersions.lastIndexOf(name) !== index || versions.some((version) => version.name === name)) return []
      const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
      return [invalid(`${path}[${index}]`, name, why)]
    }),
  ]
}

const checkPreserving = ({ spec }: CustomResourceDefinition, old?: CustomResourceDefinition): readonly FieldError[] => {
  if (!spec.preserveUnknownFields || old?.spec.preserveUnknownFields) return []
  const why = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
  return [invalid('spec.preserveUnknownFields', true, why)]
}

const checkRest = (definition: CustomResourceDefinition, old?: CustomResourceDefinition): readonly FieldError[] => {
  const names = definition.status?.acceptedNames
  return [
    ...(names === undefined ? [] : validateNames(names, 'status.acceptedNames')),
    ...checkStored(definition),
    ...checkApproval(definition, old),
    ...checkPreserving(definition, old),
  ]
}

export const validateDefinition = (definition: CustomResourceDefinition): readonly FieldError[] => {
  const { names, group } = definition.spec
  const form: NameForm = (name) => [
    ...dnsSubdomain(name),
    ...(name === `${names.plural}.${group}` ? [] : ['must be spec.names.plural+"."+spec.group']),
  ]
  return [
    ...validateMetadata(definition.metadata, false, form),
    // Nobody asks its webhook before it is established.
    ...validateSpec(definition.spec, 'spec', { allowsInvalidBundle: true }),
    ...checkRest(definition),
  ]
}

/** A bundle that was wrong already may stay so. */
const allowsInvalidBundle = (old: CustomResourceDefinition): boolean => {
  const bundle = old.spec.conversion?.webhook?.clientConfig?.caBundle
  return !isTrue(old, 'Established') || (Boolean(bundle) && checkCaBundle(bundle!, '').length > 0)
}

export const validateDefinitionUpdate = (
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): readonly FieldError[] => {
  const { spec } = definition
  const changed = (value: string, before: string, path: string): readonly FieldError[] =>
    value === before ? [] : [immutable(path, value)]
  return [
    ...validateMetadataUpdate(definition.metadata, old.metadata),
    ...validateSpec(spec, 'spec', { allowsInvalidBundle: allowsInvalidBundle(old) }),
    ...(isTrue(old, 'Established')
      ? [
          ...changed(spec.scope, old.spec.scope, 'spec.scope'),
          ...changed(spec.names.kind, old.spec.names.kind, 'spec.names.kind'),
        ]
      : []),
    ...changed(spec.group, old.spec.group, 'spec.group'),
    ...changed(spec.names.plural, old.spec.names.plural, 'spec.names.plural'),
    ...checkRest(definition, old),
  ]
}
