import type { LabelSelector } from '#api/meta-v1.ts'

export type Labels = { readonly [key: string]: string }

export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values: readonly string[]
}

const has = (labels: Labels, key: string): boolean => Object.hasOwn(labels, key)

/** Kubernetes' rules: NotIn and DoesNotExist also hold where the label is absent; Gt and Lt compare integers (node affinity only). */
export const matchesRequirement = (requirement: Requirement, labels: Labels): boolean => {
  const { key, operator, values } = requirement
  const present = has(labels, key)
  switch (operator) {
    case 'In':
      return present && values.includes(labels[key]!)
    case 'NotIn':
      return !present || !values.includes(labels[key]!)
    case 'Exists':
      return present
    case 'DoesNotExist':
      return !present
    case 'Gt':
    case 'Lt': {
      if (!present || !/^-?\d+$/.test(labels[key]!) || !/^-?\d+$/.test(values[0] ?? '')) return false
      const [left, right] = [Number(labels[key]), Number(values[0])]
      return operator === 'Gt' ? left > right : left < right
    }
    default:
      // A later version's operator: matching nothing is the safe reading.
      return false
  }
}

/** An absent selector matches nothing, an empty one everything (meta/v1 LabelSelector). */
export const matchesLabelSelector = (selector: LabelSelector | undefined, labels: Labels = {}): boolean => {
  if (!selector) return false
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (!has(labels, key) || labels[key] !== value) return false
  return (selector.matchExpressions ?? []).every((expression) =>
    matchesRequirement(
      {
        key: expression.key,
        operator: expression.operator as Requirement['operator'],
        values: expression.values ?? [],
      },
      labels,
    ),
  )
}

/** A plain map as Services have it: every pair must be there; an empty map matches nothing, since a Service without a selector picks no pods. */
export const matchesMap = (selector: Labels | undefined, labels: Labels = {}): boolean => {
  const pairs = Object.entries(selector ?? {})
  return pairs.length > 0 && pairs.every(([key, value]) => has(labels, key) && labels[key] === value)
}

/** Parses `a=b,c!=d,e in (x,y),!f,g`. Throws a SyntaxError that names the part it cannot read. */
export const parseLabelSelector = (text: string): readonly Requirement[] => {
  const parts = text.match(/[^,(]+(?:\([^)]*\))?/g) ?? []
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): Requirement => {
      const set = /^([^\s!=()]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part)
      if (set)
        return {
          key: set[1]!,
          operator: set[2] === 'in' ? 'In' : 'NotIn',
          values: set[3]!.split(',').map((value) => value.trim()),
        }
      const equal = /^([^\s!=()]+)\s*(==|=|!=)\s*([^\s!=()]*)$/.exec(part)
      if (equal) return { key: equal[1]!, operator: equal[2] === '!=' ? 'NotIn' : 'In', values: [equal[3]!] }
      const exists = /^(!?)\s*([^\s!=()]+)$/.exec(part)
      if (exists) return { key: exists[2]!, operator: exists[1] ? 'DoesNotExist' : 'Exists', values: [] }
      throw new SyntaxError(`label selector '${text}': cannot read '${part}'`)
    })
}
