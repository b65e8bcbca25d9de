import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodCondition } from '#api/core/pod/status/status.ts'
import { timeText } from '#api/time-text.ts'
import { isReady, withCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import { OUT_OF_SERVICE_TAINT } from '#objects/well-known.ts'

/** Ended pods beyond this many go, the oldest first. */
const MOST_ENDED = 12_500
/** A node may be registered again by a restarted agent: its pods are given so long. */
export const QUARANTINE_MS = 40_000

interface Verdict {
  readonly pod: Pod
  readonly reason: 'node-gone' | 'node-out-of-service' | 'never-scheduled' | 'ended'
}

/** Whether somebody has said that the node is down for good, and it does not say otherwise itself. */
export const isOutOfService = (node: Node | undefined): boolean =>
  node !== undefined && !isReady(node) && (node.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE_TAINT)

/** What is known of a pod's node. */
interface NodeFacts {
  /** For how many ms it has been missing; 0 while it is there. */
  missingFor(node: string): number
  isOutOfService(node: string): boolean
}

/** Which pods nobody else will take away, and why. */
export const podsToCollect = (
  pods: readonly Pod[],
  { missingFor, isOutOfService }: NodeFacts,
  most = MOST_ENDED,
): readonly Verdict[] => {
  const verdicts: Verdict[] = []
  const left: Pod[] = []
  for (const pod of pods) {
    const node = pod.spec?.nodeName
    if (node && missingFor(node) >= QUARANTINE_MS) verdicts.push({ pod, reason: 'node-gone' })
    // Its kubelet would tell its end, and is down.
    else if (node && isLeaving(pod) && isOutOfService(node)) verdicts.push({ pod, reason: 'node-out-of-service' })
    // No kubelet will ever confirm the end of a pod that has no node.
    else if (!node && isLeaving(pod)) verdicts.push({ pod, reason: 'never-scheduled' })
    else if (isTerminal(pod) && !isLeaving(pod)) left.push(pod)
  }
  const age = (pod: Pod) => `${pod.metadata?.creationTimestamp} ${pod.metadata?.name}`
  const ended = left.sort((a, b) => (age(a) < age(b) ? -1 : 1)).slice(0, Math.max(0, left.length - most))
  return [...verdicts, ...ended.map((pod) => ({ pod, reason: 'ended' as const }))]
}

/** What a pod says whose end nobody else will tell, before it goes: a Job counts it. Undefined: what it says already. */
export const endOf = (pod: Pod, reason: Verdict['reason'], now: number): Pod['status'] => {
  if (isTerminal(pod)) return undefined
  const { conditions } = pod.status ?? {}
  const disrupted: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    lastTransitionTime: timeText(now),
  }
  return {
    ...pod.status,
    phase: 'Failed',
    ...(reason === 'node-gone' ? { conditions: withCondition(conditions, disrupted) } : {}),
  }
}
