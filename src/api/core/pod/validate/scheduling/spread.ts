import type { TopologySpreadConstraint } from '#api/core/pod/spec/scheduling.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { checkForm, qualifiedName } from '#api/validation/names.ts'
import { twiceSaid } from './affinity.ts'

const POSITIVE = 'must be greater than zero'
const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']
const POLICIES = ['Honor', 'Ignore']

const checkMinDomains = ({ minDomains, whenUnsatisfiable }: TopologySpreadConstraint, at: string) => {
  if (minDomains === undefined) return []
  return [
    ...(minDomains <= 0 ? [invalid(at, minDomains, POSITIVE)] : []),
    ...(whenUnsatisfiable === 'DoNotSchedule'
      ? []
      : [
          invalid(
            at,
            minDomains,
            `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
          ),
        ]),
  ]
}

const checkKeys = ({ matchLabelKeys = [], labelSelector }: TopologySpreadConstraint, at: string) => {
  if (matchLabelKeys.length === 0) return []
  return [
    ...(labelSelector ? [] : [forbidden(at, 'must not be specified when labelSelector is not set')]),
    ...matchLabelKeys.flatMap((key, index) => checkForm(qualifiedName, key, `${at}[${index}]`)),
    ...twiceSaid(matchLabelKeys, labelSelector, at),
  ]
}

/** Checks how evenly pods are to lie. */
export const validateSpread = (constraints: readonly TopologySpreadConstraint[], path: string): readonly FieldError[] =>
  constraints.flatMap((constraint, index) => {
    const at = `${path}[${index}]`
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' as never, labelSelector } = constraint
    const errors: FieldError[] = []
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, POSITIVE))
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'))
    if (!ACTIONS.includes(whenUnsatisfiable))
      errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS))
    const isRepeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)
    if (isRepeated)
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`))
    errors.push(...checkMinDomains(constraint, `${at}.minDomains`))
    for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[name]
      if (policy !== undefined && !POLICIES.includes(policy))
        errors.push(notSupported(`${at}.${name}`, policy, POLICIES))
    }
    errors.push(...checkKeys(constraint, `${at}.matchLabelKeys`))
    return labelSelector ? [...errors, ...validateSelector(labelSelector, `${at}.labelSelector`)] : errors
  })
