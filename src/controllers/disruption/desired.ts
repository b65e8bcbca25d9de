import type { Pod } from '#api/core/pod/message.ts'
import { withAllowance } from '#api/policy/poddisruptionbudget/allowance.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import { scaledValue } from '../values/percent.ts'
import { millisecondsOf } from '../values/time.ts'

type Status = NonNullable<PodDisruptionBudget['status']>

/** A pod that was evicted is expected to go within so long; else it counts again. */
const DELETION_MS = 120_000
/** A pod that was to be disrupted and is there after so long is not any more. */
const STALE_MS = 120_000

/** Whether what is asked for is a share of the pods that controllers ask for, and not of those that are there. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean =>
  spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string'

/** `expected`: as many there should be. */
export const budgetStatus = (
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  expected: number,
  now: number,
): { readonly status: Status; readonly late: readonly Pod[]; readonly dueIn: number | undefined } => {
  const { spec, status, metadata } = budget
  const desired =
    spec?.maxUnavailable !== undefined
      ? Math.max(0, expected - scaledValue(spec.maxUnavailable, expected, true))
      : scaledValue(spec?.minAvailable, expected, true)
  const staying = pods.filter((pod) => !isLeaving(pod))
  const leftOf = ({ metadata }: Pod): number | undefined => {
    const since = status?.disruptedPods?.[metadata!.name!]
    return since === undefined ? undefined : millisecondsOf(since) + DELETION_MS - now
  }
  const awaited = staying.filter((pod) => (leftOf(pod) ?? -1) >= 0)
  const healthy = staying.filter((pod) => isReady(pod) && !((leftOf(pod) ?? 0) > 0)).length
  const waits = awaited.map((pod) => leftOf(pod)!)
  const next = {
    observedGeneration: metadata?.generation,
    disruptedPods: Object.fromEntries(
      awaited.map(({ metadata }) => [metadata!.name!, status!.disruptedPods![metadata!.name!]!]),
    ),
    disruptionsAllowed: expected > 0 ? Math.max(0, healthy - desired) : 0,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: status?.conditions,
  } as Status
  return {
    status: withAllowance(next, now),
    late: staying.filter((pod) => (leftOf(pod) ?? 0) < 0),
    dueIn: waits.length > 0 ? Math.min(...waits) + 1 : undefined,
  }
}

/** Nobody may be evicted while nobody knows how many there should be. */
export const failedStatus = ({ status }: PodDisruptionBudget, message: string, now: number): Status =>
  withAllowance(
    { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status, disruptionsAllowed: 0 },
    now,
    message,
  )

/** Milliseconds until a pod that stays is no longer about to be disrupted; undefined: it is not, or is right to say so. */
export const staleIn = (pod: Pod, now: number): number | undefined => {
  const condition = findCondition(pod.status?.conditions, 'DisruptionTarget')
  if (isLeaving(pod) || isTerminal(pod) || condition?.status !== 'True') return undefined
  // A kubelet may take as long as it needs.
  if (condition.reason === 'TerminationByKubelet') return undefined
  return Math.max(0, millisecondsOf(condition.lastTransitionTime) + STALE_MS - now)
}
