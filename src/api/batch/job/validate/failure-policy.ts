import {
  duplicate,
  type FieldError,
  invalid,
  invalidWhole,
  notSupported,
  required,
  tooMany,
} from '#api/validation/field-error.ts'
import { checkForm, qualifiedName } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import type { JobSpec } from '../message.ts'

type Policy = NonNullable<JobSpec['podFailurePolicy']>
type Rule = NonNullable<Policy['rules']>[number]
type ExitCodes = NonNullable<Rule['onExitCodes']>
type Patterns = NonNullable<Rule['onPodConditions']>

const MOST_RULES = 20
const MOST_PATTERNS = 20
const MOST_CODES = 255
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATES = ['False', 'True', 'Unknown']

const valid = (values: readonly string[]): string =>
  `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`

/** One of some words, and never none. */
const checkWord = (word: string | undefined, words: readonly string[], path: string): readonly FieldError[] => {
  if (!word) return [required(path, valid(words))]
  return words.includes(word) ? [] : [notSupported(path, word, words)]
}

/** Checks what a Job says about how its pods may fail, where it says something. */
export const validateFailurePolicy = (spec: JobSpec, path: string): readonly FieldError[] => {
  if (spec.podFailurePolicy === undefined) return []
  const { rules = [] } = spec.podFailurePolicy
  const { containers = [], initContainers = [] } = spec.template.spec ?? {}
  const names = [...containers, ...initContainers].map(({ name }) => name)
  return [
    ...(rules.length > MOST_RULES ? [tooMany(`${path}.rules`, MOST_RULES, rules.length)] : []),
    ...rules.flatMap((rule, index) => checkRule(spec, rule, `${path}.rules[${index}]`, names)),
  ]
}

const checkRule = (spec: JobSpec, rule: Rule, path: string, names: readonly string[]): readonly FieldError[] => {
  const { action, onExitCodes, onPodConditions = [] } = rule
  const isByCondition = onPodConditions.length > 0
  return [
    ...(action === 'FailIndex' && spec.backoffLimitPerIndex === undefined
      ? [invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set')]
      : checkWord(action, ACTIONS, `${path}.action`)),
    ...(onExitCodes === undefined ? [] : checkExitCodes(onExitCodes, `${path}.onExitCodes`, names)),
    ...checkPatterns(onPodConditions, `${path}.onPodConditions`),
    ...(onExitCodes !== undefined && isByCondition
      ? [invalidWhole(path, 'specifying both OnExitCodes and OnPodConditions is not supported')]
      : []),
    ...(onExitCodes === undefined && !isByCondition
      ? [invalidWhole(path, 'specifying one of OnExitCodes and OnPodConditions is required')]
      : []),
  ]
}

const checkPatterns = (patterns: Patterns, path: string): readonly FieldError[] => [
  ...(patterns.length > MOST_PATTERNS ? [tooMany(path, MOST_PATTERNS, patterns.length)] : []),
  ...patterns.flatMap(({ type, status }, index) => [
    ...checkForm(qualifiedName, type ?? '', `${path}[${index}].type`),
    ...checkWord(status, STATES, `${path}[${index}].status`),
  ]),
]

const checkExitCodes = (codes: ExitCodes, path: string, names: readonly string[]): readonly FieldError[] => {
  const { operator, containerName, values = [] } = codes
  const errors: FieldError[] = [...checkWord(operator, OPERATORS, `${path}.operator`)]
  if (containerName !== undefined && !names.includes(containerName))
    errors.push(
      invalid(
        `${path}.containerName`,
        containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    )
  if (values.length === 0) errors.push(invalid(`${path}.values`, values, 'at least one value is required'))
  else if (values.length > MOST_CODES) errors.push(tooMany(`${path}.values`, MOST_CODES, values.length))
  const again = repeats(values)
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      errors.push(invalid(`${path}.values[${index}]`, value, 'must not be 0 for the In operator'))
    if (again.has(index)) errors.push(duplicate(`${path}.values[${index}]`, value))
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value))
    errors.push(invalid(`${path}.values`, values, 'must be ordered'))
  return errors
}
