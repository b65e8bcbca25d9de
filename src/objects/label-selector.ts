import { labelKeyProblems, labelValueProblems } from './label-form.ts'
import { type LabelOperator, type LabelRequirement, matchesLabels } from './label-requirement.ts'
import type { Labels } from './object.ts'
import { SelectorError } from './selector-error.ts'

/** `LabelSelector` of meta/v1. */
interface LabelSelector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

/** An absent selector selects nothing, an empty one everything, a malformed one nothing. */
export const selects = (selector: LabelSelector | undefined, labels: Labels | undefined): boolean => {
  const requirements = selector && read(selector)
  return requirements ? matchesLabels(requirements, labels) : false
}

/**
 * A plain map as Services have it: every pair must be there; an empty map selects nothing, since a Service without a
 * selector picks no pods.
 */
export const matchesMap = (selector: Labels | undefined, labels: Labels = {}): boolean => {
  const pairs = Object.entries(selector ?? {})
  return pairs.length > 0 && pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}

/** Selectors are read once: an object of the cache never changes. `null`: malformed. */
const known = new WeakMap<LabelSelector, readonly LabelRequirement[] | null>()

const read = (selector: LabelSelector): readonly LabelRequirement[] | null => {
  const before = known.get(selector)
  if (before !== undefined) return before
  try {
    const requirements = requirementsOf(selector) ?? null
    known.set(selector, requirements)
    return requirements
  } catch (error) {
    // A later version's operator, or an object from before the check: selecting nothing is the safe reading.
    if (!(error instanceof SelectorError)) throw error
    known.set(selector, null)
    return null
  }
}

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
])

/**
 * The requirements of a LabelSelector; undefined where it is absent, which selects nothing, while an empty one selects
 * everything. Throws SelectorError.
 */
export const requirementsOf = (selector: LabelSelector | undefined): readonly LabelRequirement[] | undefined => {
  if (selector === undefined) return undefined
  const requirements: LabelRequirement[] = []
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    requirements.push(checkedRequirement({ key, operator: '=', values: [value] }))
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const meant = OPERATORS.get(operator)
    if (meant === undefined)
      throw new SelectorError('SELECTOR_VALUE', `${JSON.stringify(operator)} is not a valid label selector operator`)
    if ((meant === 'in' || meant === 'notin') && values.length === 0)
      throw new SelectorError(
        'SELECTOR_VALUE',
        `values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`,
      )
    if ((meant === 'exists' || meant === '!') && values.length > 0)
      throw new SelectorError(
        'SELECTOR_VALUE',
        `values: Invalid value: ${JSON.stringify(values)}: values set must be empty for exists and does not exist`,
      )
    requirements.push(checkedRequirement({ key, operator: meant, values: [...values].sort() }))
  }
  return requirements.sort(byKey)
}

export const byKey = (left: LabelRequirement, right: LabelRequirement): number =>
  left.key < right.key ? -1 : left.key > right.key ? 1 : 0

/** The requirement, whose key, values and bound have their forms; throws SelectorError in Kubernetes' words. */
export const checkedRequirement = (requirement: LabelRequirement): LabelRequirement => {
  const { key, operator, values } = requirement
  const problem = labelKeyProblems(key)[0]
  if (problem !== undefined) throw invalid('key', JSON.stringify(key), problem)
  if (operator === 'gt' || operator === 'lt') {
    if (!/^[+-]?\d+$/.test(values[0] ?? ''))
      throw invalid(
        'values[0]',
        JSON.stringify(values[0] ?? ''),
        "for 'Gt', 'Lt' operators, the value must be an integer",
      )
  }
  for (const [index, value] of values.entries()) {
    const wrong = labelValueProblems(value)[0]
    if (wrong !== undefined) throw invalid(`values[${index}][${key}]`, JSON.stringify(value), wrong)
  }
  return requirement
}

const invalid = (field: string, value: string, problem: string): SelectorError =>
  new SelectorError('SELECTOR_VALUE', `unable to parse requirement: ${field}: Invalid value: ${value}: ${problem}`)
