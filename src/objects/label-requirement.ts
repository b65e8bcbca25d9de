import type { Labels } from './object.ts'

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

/** One condition on one label; all conditions of a selector must hold. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  /** In the order of `in (…)`, sorted; one for =, !=, gt and lt; none for exists and !. */
  readonly values: readonly string[]
}

/** Whether every requirement holds. Absence satisfies !=, notin and !. */
export const matchesLabels = (requirements: readonly LabelRequirement[], labels: Labels = {}): boolean =>
  requirements.every((requirement) => matches(requirement, labels))

const matches = ({ key, operator, values }: LabelRequirement, labels: Labels): boolean => {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
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
