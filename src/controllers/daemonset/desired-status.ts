import type { DaemonSet, DaemonSetStatus } from '#api/apps/daemonset/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isReady } from '#objects/conditions.ts'
import { availableIn } from '../values/availability.ts'
import { fitOf } from './desired-node.ts'
import { byNode, isUpdated } from './desired-pod.ts'

/** Counts of nodes, and `dueIn` (ms) after which the next ready pod is available. */
export const daemonSetStatus = (
  set: DaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  hash: string,
  now: number,
): { readonly status: DaemonSetStatus; readonly dueIn: number | undefined } => {
  const on = byNode(pods)
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 }
  let dueIn: number | undefined
  for (const node of nodes) {
    const [oldest] = on.get(node.metadata?.name ?? '') ?? []
    if (!fitOf(set, node).runs) {
      if (oldest) count.misscheduled++
      continue
    }
    count.desired++
    if (!oldest) continue
    count.current++
    if (isReady(oldest)) count.ready++
    const wait = availableIn(oldest, minReadySeconds, now)
    if (wait === 0) count.available++
    else if (Number.isFinite(wait)) dueIn = Math.min(dueIn ?? wait, wait)
    if (isUpdated(set, oldest, hash)) count.updated++
  }
  const { collisionCount, conditions } = set.status ?? {}
  return {
    status: {
      currentNumberScheduled: count.current,
      numberMisscheduled: count.misscheduled,
      desiredNumberScheduled: count.desired,
      numberReady: count.ready,
      observedGeneration: set.metadata?.generation,
      updatedNumberScheduled: count.updated,
      numberAvailable: count.available,
      numberUnavailable: count.desired - count.available,
      ...(collisionCount === undefined ? {} : { collisionCount }),
      ...(conditions ? { conditions } : {}),
    },
    dueIn,
  }
}
