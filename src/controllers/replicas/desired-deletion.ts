import type { Pod } from '#api/core/pod/message.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { own } from '#schema/own.ts'
import { millisecondsOf } from '../values/time.ts'

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

const restarts = (pod: Pod): number =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0))

/** Ages are compared by their order of magnitude, so that not always the youngest goes (KEP-2185). */
const magnitude = (since: string | undefined, now: number): number =>
  since ? Math.floor(Math.log2(Math.max(1, (now - millisecondsOf(since)) / 1000))) : 0

/**
 * Kubernetes' order of deletion, first to go first. `colocated`: how many pods, of those that are related, the node of a
 * pod has.
 */
export const rankForDeletion = (pods: readonly Pod[], colocated: (pod: Pod) => number, now: number): Pod[] => {
  const keys = new Map(
    pods.map((pod) => {
      const ready = isReady(pod)
      return [
        pod,
        [
          pod.spec?.nodeName ? 1 : 0,
          own(PHASES, pod.status?.phase ?? 'Pending') ?? 0,
          ready ? 1 : 0,
          Number(pod.metadata?.annotations?.[DELETION_COST] ?? 0) || 0,
          -colocated(pod),
          ready ? magnitude(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime, now) : 0,
          -restarts(pod),
          magnitude(pod.metadata?.creationTimestamp, now),
        ],
      ] as const
    }),
  )
  return [...pods].sort((a, b) => {
    const [left, right] = [keys.get(a)!, keys.get(b)!]
    const at = left.findIndex((value, i) => value !== right[i])
    if (at >= 0) return left[at]! - right[at]!
    return (a.metadata?.uid ?? '') < (b.metadata?.uid ?? '') ? -1 : 1
  })
}
