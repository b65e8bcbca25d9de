import { isJsonObject, type JsonObject } from '../json-value.ts'
import { own } from '../own.ts'
import type { Operand, Step } from './parse.ts'

/** Members in the order of their names: the same answer each time. */
const valuesOf = (object: JsonObject): readonly unknown[] =>
  Object.keys(object)
    .sort()
    .map((name) => object[name])

/** The values at a path; what is not there is no value. */
export const findByPath = (steps: readonly Step[], value: unknown): readonly unknown[] =>
  steps.reduce<readonly unknown[]>((found, step) => found.flatMap((one) => take(step, one)), [value])

const take = (step: Step, value: unknown): readonly unknown[] => {
  switch (step.kind) {
    case 'member': {
      const found = isJsonObject(value) ? own(value, step.name) : undefined
      return found === undefined ? [] : [found]
    }
    case 'all':
      return Array.isArray(value) ? value : isJsonObject(value) ? valuesOf(value) : []
    case 'below':
      return [value, ...take({ kind: 'all' }, value).flatMap((inner) => take(step, inner))]
    case 'slice':
      return Array.isArray(value) ? slice(value, step) : []
    case 'union':
      return step.steps.flatMap((one) => take(one, value))
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => passes(step, item)) : []
  }
}

const slice = (items: readonly unknown[], step: Extract<Step, { kind: 'slice' }>): readonly unknown[] => {
  const { from = 0, isOne, by = 1 } = step
  const at = (index: number): number => (index < 0 ? index + items.length : index)
  const first = at(from)
  if (isOne) return first >= 0 && first < items.length ? [items[first]] : []
  if (by <= 0) return []
  const end = Math.min(at(step.to ?? items.length), items.length)
  return items.filter((_, index) => index >= Math.max(first, 0) && index < end && (index - first) % by === 0)
}

const passes = ({ left, operator, right }: Extract<Step, { kind: 'filter' }>, item: unknown): boolean => {
  const one = operandOf(left, item)
  if (operator === 'exists') return one.length > 0
  const other = operandOf(right!, item)
  // What is not there compares with nothing.
  if (one.length !== 1 || other.length !== 1) return false
  const [a, b] = [one[0], other[0]] as [string | number | boolean, string | number | boolean]
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    default:
      if (typeof a !== typeof b) return false
      return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b
  }
}

const operandOf = (operand: Operand, item: unknown): readonly unknown[] =>
  operand.kind === 'constant' ? [operand.value] : findByPath(operand.steps, item)
