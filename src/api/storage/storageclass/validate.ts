import { duplicate, type FieldError, forbidden, notSupported, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { canonicalJson, jsonEqual } from '#schema/json-value.ts'
import { checkParameters, checkProvisioner } from '../class-content.ts'
import type { StorageClass } from './message.ts'

const POLICIES = ['Delete', 'Retain']
const MODES = ['Immediate', 'WaitForFirstConsumer']

export const validateStorageClassCreate = (storageClass: StorageClass): readonly FieldError[] => {
  const { metadata, provisioner, parameters = {}, reclaimPolicy, volumeBindingMode = '' } = storageClass
  const errors: FieldError[] = [
    ...validateMetadata(metadata, false, dnsSubdomain),
    ...checkProvisioner(provisioner, 'provisioner'),
    ...checkParameters(parameters, false),
  ]
  if (reclaimPolicy && !POLICIES.includes(reclaimPolicy))
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, POLICIES))
  if (!MODES.includes(volumeBindingMode)) errors.push(notSupported('volumeBindingMode', volumeBindingMode, MODES))
  return [...errors, ...topologyErrors(storageClass)]
}

/** Volumes are what their class said: it stays, but for where they may be and whether they may grow. */
export const validateStorageClassUpdate = (one: StorageClass, old: StorageClass): readonly FieldError[] => {
  const errors = [...validateMetadataUpdate(one.metadata, old.metadata)]
  const forbid = (field: string): void => void errors.push(forbidden(field, `updates to ${field} are forbidden.`))
  if (!jsonEqual(one.parameters ?? {}, old.parameters ?? {})) forbid('parameters')
  if (one.provisioner !== old.provisioner) forbid('provisioner')
  if (one.reclaimPolicy !== old.reclaimPolicy) forbid('reclaimPolicy')
  if (one.volumeBindingMode !== old.volumeBindingMode)
    errors.push(immutable('volumeBindingMode', one.volumeBindingMode))
  return errors
}

type Term = NonNullable<NonNullable<StorageClass['allowedTopologies']>[number]['matchLabelExpressions']>

/** Whatever the order of keys and values; of a key that is there twice the last counts. */
const meaningOf = (term: Term): string =>
  canonicalJson(Object.fromEntries(term.map(({ key, values = [] }) => [key, [...values].sort()])))

/** Terms differ, their keys and values too. */
const topologyErrors = ({ allowedTopologies = [] }: StorageClass): readonly FieldError[] => {
  const terms = allowedTopologies.map(({ matchLabelExpressions = [] }) => matchLabelExpressions)
  const again = repeats(terms, meaningOf)
  return terms.flatMap((term, index) => {
    const at = `allowedTopologies[${index}].matchLabelExpressions`
    const keysAgain = repeats(term, ({ key }) => key)
    const errors = term.flatMap(({ key, values = [] }, place): readonly FieldError[] => [
      ...(values.length === 0 ? [required(`${at}[${place}].values`)] : []),
      ...[...repeats(values)].map((n) => duplicate(`${at}[${place}].values[${n}]`, values[n])),
      ...checkForm(qualifiedName, key, `${at}[${place}].key`),
      ...(keysAgain.has(place) ? [duplicate(`${at}[${place}].key`, key)] : []),
    ])
    return again.has(index) ? [...errors, duplicate(at, '')] : errors
  })
}
