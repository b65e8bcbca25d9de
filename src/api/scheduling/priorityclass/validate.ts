import { type FieldError, forbidden, notSupported } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import type { PriorityClass } from './message.ts'
import { SYSTEM_CLASSES } from './system-classes.ts'

const SYSTEM = 'system-'
const HIGHEST = 1_000_000_000
const POLICIES = ['Never', 'PreemptLowerPriority']

/** Checks a PriorityClass at its creation. */
export const validatePriorityClassCreate = (one: PriorityClass): readonly FieldError[] => {
  const errors = [...validateMetadata(one.metadata, false, dnsSubdomain)]
  const name = one.metadata?.name ?? ''
  if (name.startsWith(SYSTEM)) {
    const why = unlikeSystemClass(name, one)
    if (why !== undefined)
      errors.push(
        forbidden(
          'metadata.name',
          `priority class names with '${SYSTEM}' prefix are reserved for system use only. error: ${why}`,
        ),
      )
  } else if (one.value > HIGHEST)
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST}`))
  if (one.preemptionPolicy !== undefined && !POLICIES.includes(one.preemptionPolicy))
    errors.push(notSupported('preemptionPolicy', one.preemptionPolicy, POLICIES))
  return errors
}

/** Its number is in the pods that have it already. */
export const validatePriorityClassUpdate = (one: PriorityClass, old: PriorityClass): readonly FieldError[] => [
  ...validateMetadataUpdate(one.metadata, old.metadata),
  ...(one.value === old.value ? [] : [forbidden('value', 'may not be changed in an update.')]),
  ...(one.preemptionPolicy === old.preemptionPolicy ? [] : [immutable('preemptionPolicy', one.preemptionPolicy)]),
]

const unlikeSystemClass = (name: string, { value, globalDefault = false }: PriorityClass): string | undefined => {
  const known = SYSTEM_CLASSES.find((one) => one.name === name)
  if (known === undefined) return `${name} is not a known system priority class`
  if (known.value !== value) return `value of ${name} PriorityClass must be ${known.value}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}
