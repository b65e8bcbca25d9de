import type { Condition } from '#api/meta/condition.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition } from '#objects/conditions.ts'
import type { PodDisruptionBudget } from './message.ts'

type Status = NonNullable<PodDisruptionBudget['status']>

/** The status with the condition that says whether a pod may go: DisruptionAllowed. `failure`: why nobody knows. */
export const withAllowance = (status: Status, now: number, failure?: string): Status => {
  const isAllowed = failure === undefined && (status.disruptionsAllowed ?? 0) > 0
  const before = findCondition(status.conditions, 'DisruptionAllowed')
  const is = isAllowed ? 'True' : 'False'
  const next: Condition = {
    type: 'DisruptionAllowed',
    status: is,
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    lastTransitionTime: before?.status === is ? before.lastTransitionTime : timeText(now),
    reason: failure !== undefined ? 'SyncFailed' : isAllowed ? 'SufficientPods' : 'InsufficientPods',
    message: failure ?? '',
  }
  const { conditions = [] } = status
  return {
    ...status,
    conditions: before ? conditions.map((one) => (one === before ? next : one)) : [...conditions, next],
  }
}
