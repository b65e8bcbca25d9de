import type { Filter, Rule } from '../table/entry.ts'
import { remembered } from '../values/remembered.ts'

/** Keys of the backends that a rule sends requests or copies of them to. The same list for the same rule. */
export const backendsOf: (rule: Rule) => readonly string[] = remembered(({ filters, action }: Rule) => {
  const to = action.type === 'forward' ? action.to : []
  return [
    ...mirrored(filters),
    ...to.flatMap((one) => [...('backend' in one.to ? [one.to.backend] : []), ...mirrored(one.filters)]),
  ]
})

const mirrored = (all: readonly Filter[]): readonly string[] =>
  all.flatMap((one) => (one.type === 'mirror' && one.backend !== undefined ? [one.backend] : []))
