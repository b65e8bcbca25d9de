import { duplicate, type FieldError, forbidden, notSupported, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
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

/** Terms differ, their keys and values too. */
const topologyErrors = ({ allowedTopologies = [] }: StorageClass): readonly FieldError[] => {
  const terms = allowedTopologies.map(({ matchLabelExpressions = [] }) => matchLabelExpressions)
  const meanings = terms.map((term) =>
    Object.fromEntries(term.map(({ key, values = [] }) => [key, [...values].sort()])),
  )
  return terms.flatMap((term, index) => {
    const at = `allowedTopologies[${index}].matchLabelExpressions`
    const errors = term.flatMap(({ key, values = [] }, place): readonly FieldError[] => [
      ...(values.length === 0 ? [required(`${at}[${place}].values`)] : []),
      ...values.flatMap((value, n) =>
        values.indexOf(value) < n ? [duplicate(`${at}[${place}].values[${n}]`, value)] : [],
      ),
      ...checkForm(qualifiedName, key, `${at}[${place}].key`),
      ...(term.findIndex((other) => other.key === key) < place ? [duplicate(`${at}[${place}].key`, key)] : []),
    ])
    const isRepeated = meanings.slice(0, index).some((meaning) => jsonEqual(meaning, meanings[index]!))
    return isRepeated ? [...errors, duplicate(at, '')] : errors
  })
}
