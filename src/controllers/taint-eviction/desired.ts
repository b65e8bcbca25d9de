import type { Node } from '#api/core/node/message.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { tolerationOf } from '#placement/toleration.ts'
import { millisecondsOf } from '../values/time.ts'

/** Taints that not only keep pods away but send away those that are there. */
export const evictingTaints = (node: Node | undefined): readonly Taint[] =>
  (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')

/** `key=value`: what tells the NoExecute taints of a node apart. */
export const taintId = ({ key, value }: Taint): string => `${key}=${value ?? ''}`

/**
 * When the pod has to leave a node with these taints, milliseconds since the epoch: 0 for at once, undefined for never.
 * It may stay the `tolerationSeconds` of its toleration, the shortest of several taints, from when the taint came, or
 * from when it was bound to the node that had the taint already. `seenAt` stands in for a taint without timeAdded.
 * (Kubernetes counts from when its controller noticed, so that a controller that starts again begins anew.)
 */
export const evictionTime = (
  pod: Pod,
  taints: readonly Taint[],
  seenAt: (taint: Taint) => number,
): number | undefined => {
  const bound = millisecondsOf(
    findCondition(pod.status?.conditions, 'PodScheduled')?.lastTransitionTime ?? pod.metadata?.creationTimestamp,
  )
  let due: number | undefined
  for (const taint of taints) {
    const toleration = tolerationOf(pod.spec?.tolerations, taint)
    if (!toleration) return 0
    if (toleration.tolerationSeconds === undefined) continue
    const seconds = Number(toleration.tolerationSeconds)
    if (seconds <= 0) return 0
    const since = Math.max(taint.timeAdded ? millisecondsOf(taint.timeAdded) : seenAt(taint), bound)
    due = Math.min(due ?? Number.POSITIVE_INFINITY, since + seconds * 1000)
  }
  return due
}
