import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { Draft } from '#schema/defaulting.ts'
import { own } from '#schema/own.ts'
import type { Pod } from './message.ts'

interface Selecting {
  readonly labelSelector?: LabelSelector
  readonly matchLabelKeys?: readonly string[]
  readonly mismatchLabelKeys?: readonly string[]
}

/**
 * Says in the selectors of a new pod, in place, what its `matchLabelKeys` and `mismatchLabelKeys` mean for it: the values
 * of its own labels. They are read from there from then on, whatever becomes of its labels.
 */
export const spellLabelKeys = ({ metadata, spec }: Draft<Pod>): void => {
  const labels: { readonly [key: string]: string } = metadata?.labels ?? {}
  const spell = (term: Draft<Selecting> | undefined): void => {
    if (term?.labelSelector === undefined) return
    const more = (keys: readonly string[], operator: 'In' | 'NotIn') =>
      keys.flatMap((key) => {
        const value = own(labels, key)
        return value === undefined ? [] : [{ key, operator, values: [value] }]
      })
    const added = [...more(term.matchLabelKeys ?? [], 'In'), ...more(term.mismatchLabelKeys ?? [], 'NotIn')]
    if (added.length === 0) return
    term.labelSelector.matchExpressions = [...(term.labelSelector.matchExpressions ?? []), ...added]
  }
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  for (const affinity of [podAffinity, podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) spell(term)
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      spell(podAffinityTerm)
  }
  for (const constraint of spec?.topologySpreadConstraints ?? []) spell(constraint)
}
