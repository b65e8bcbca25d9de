import { own } from '#schema/own.ts'
import type { LabelSelector } from '../meta-v1.ts'
import type { LabelOperator, LabelRequirement } from './label-requirement.ts'
import { parseRequirements } from './label-selector-parser.ts'
import { labelKeyProblems, labelValueProblems } from './label-value.ts'
import { SelectorError } from './selector-error.ts'

export type { LabelOperator, LabelRequirement } from './label-requirement.ts'
export type Labels = { readonly [key: string]: string }

/**
 * `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`. Empty text has no condition and selects everything. Throws SelectorError
 * in Kubernetes' words: `unable to parse requirement: found '=', expected: identifier`.
 */
export const parseLabelSelector = (text: string): readonly LabelRequirement[] =>
  parseRequirements(text)
    .map(checked)
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))

const checked = (requirement: LabelRequirement): LabelRequirement => {
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

/** Whether every requirement holds. Absence satisfies !=, notin and !. */
export const matchesLabels = (requirements: readonly LabelRequirement[], labels: Labels | undefined): boolean =>
  requirements.every((requirement) => matches(requirement, labels ?? {}))

/** As many values are compared one by one; longer lists are asked as sets, made once. */
const FEW = 16
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

const includes = (values: readonly string[], value: string): boolean => {
  if (values.length <= FEW) return values.includes(value)
  let set = sets.get(values)
  if (!set) {
    set = new Set(values)
    sets.set(values, set)
  }
  return set.has(value)
}

const matches = ({ key, operator, values }: LabelRequirement, labels: Labels): boolean => {
  const value = own(labels, key)
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && includes(values, value)
    case '!=':
    case 'notin':
      return value === undefined || !includes(values, value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false
      const [held, bound] = [BigInt(value), BigInt(values[0]!)]
      return operator === 'gt' ? held > bound : held < bound
    }
  }
}

const OPERATORS: { readonly [name: string]: LabelOperator } = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

/**
 * The requirements of a LabelSelector object; undefined where it is absent, which selects nothing, while an empty one
 * selects everything.
 */
export const requirementsOf = (selector: LabelSelector | undefined): readonly LabelRequirement[] | undefined => {
  if (selector === undefined) return undefined
  const requirements: LabelRequirement[] = []
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    requirements.push(checked({ key, operator: '=', values: [value] }))
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const meant = own(OPERATORS, operator)
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
    requirements.push(checked({ key, operator: meant, values: [...values].sort() }))
  }
  return requirements.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
}

/** The text of requirements, as `kubectl` and the `selector` of a Scale show it. */
export const formatLabelSelector = (requirements: readonly LabelRequirement[]): string =>
  requirements
    .map(({ key, operator, values }) => {
      switch (operator) {
        case 'exists':
          return key
        case '!':
          return `!${key}`
        case 'in':
        case 'notin':
          return `${key} ${operator} (${[...values].sort().join(',')})`
        case 'gt':
        case 'lt':
          return `${key}${operator === 'gt' ? '>' : '<'}${values[0]}`
        default:
          return `${key}${operator}${values[0]}`
      }
    })
    .join(',')
