import type { Pod } from '#api/core/pod/message.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { selects } from '#objects/label-selector.ts'
import type { Guarded } from '#placement/preemption.ts'
import { own } from '#schema/own.ts'

/**
 * Those whom budgets would keep: each pod that goes takes one disruption of every budget that selects it. One whose
 * eviction a budget has counted already takes none. `budgetsIn`: those of a namespace.
 */
export const guardedBy =
  (budgetsIn: (namespace: string | undefined) => readonly PodDisruptionBudget[]): Guarded =>
  (pods) => {
    const left = new Map<PodDisruptionBudget, number>()
    const takeOne = (budget: PodDisruptionBudget): boolean => {
      const rest = (left.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1
      left.set(budget, rest)
      return rest >= 0
    }
    const isKept = ({ metadata }: Pod): boolean =>
      budgetsIn(metadata?.namespace)
        .filter(({ spec }) => selects(spec?.selector, metadata?.labels))
        .filter(({ status }) => own(status?.disruptedPods, metadata?.name ?? '') === undefined)
        .map(takeOne)
        .includes(false)
    return pods.filter(isKept)
  }
