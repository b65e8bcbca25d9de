import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '#api/apps/replicaset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition, isReady, withCondition, withoutCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { matchesMap } from '#objects/label-selector.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { isActive, isTerminal } from '#objects/pod.ts'
import { own } from '#schema/own.ts'
import { availableIn } from '../values/availability.ts'
import { millisecondsOf } from '../values/time.ts'

/** At most so many pods are made or deleted in one look (Kubernetes' burst). */
const BURST = 500
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

interface ReplicaSetPlan {
  readonly create: number
  readonly delete: readonly Pod[]
}

/**
 * `pods` are the ReplicaSet's own; `doomed` are uids of pods that were deleted but are still in the cache; `related`
 * are active pods of the same owner (all ReplicaSets of the Deployment): the node that has most of them loses one
 * first.
 */
export const planReplicaSet = (
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  doomed: ReadonlySet<string>,
  related: readonly Pod[],
  now: number,
): ReplicaSetPlan => {
  if (isLeaving(replicaSet)) return { create: 0, delete: [] }
  const active = pods.filter((pod) => isActive(pod) && !doomed.has(pod.metadata!.uid!))
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length
  if (missing >= 0) return { create: Math.min(missing, BURST), delete: [] }
  const onNode = new Map<string, number>()
  for (const pod of related)
    if (pod.spec?.nodeName) onNode.set(pod.spec.nodeName, (onNode.get(pod.spec.nodeName) ?? 0) + 1)
  const ranked = rankForDeletion(active, (pod) => onNode.get(pod.spec?.nodeName ?? '') ?? 0, now)
  return { create: 0, delete: ranked.slice(0, Math.min(-missing, BURST)) }
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

const restarts = (pod: Pod): number =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0))

/** Ages are compared by their order of magnitude, so that not always the youngest goes (KEP-2185). */
const magnitude = (since: string | undefined, now: number): number =>
  since ? Math.floor(Math.log2(Math.max(1, (now - millisecondsOf(since)) / 1000))) : 0

/** Kubernetes' order of deletion, first to go first. */
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

/** A pod of the template, controlled by the ReplicaSet; the API server names it. */
export const makePod = (replicaSet: ReplicaSet): Pod => {
  const { metadata, spec } = replicaSet.spec?.template ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${replicaSet.metadata?.name}-`,
      namespace: replicaSet.metadata?.namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(metadata?.finalizers ? { finalizers: metadata.finalizers } : {}),
      ownerReferences: [controllerReference(replicaSet)],
    },
    spec,
  }
}

export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete'
  readonly message: string
}

/** Counts, and `dueIn` (ms) after which the next ready pod becomes available. */
export const replicaSetStatus = (
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  failure: Failure | undefined,
  now: number,
): { readonly status: ReplicaSetStatus; readonly dueIn: number | undefined } => {
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  const active = pods.filter(isActive)
  const waits = active.map((pod) => availableIn(pod, minReadySeconds, now))
  const labels = replicaSet.spec?.template?.metadata?.labels ?? {}
  const next = Math.min(...waits.filter((ms) => ms > 0))
  const existing = replicaSet.status?.conditions
  const present = findCondition(existing, 'ReplicaFailure')
  const failed: ReplicaSetCondition | undefined = failure && {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: timeText(now),
    ...failure,
  }
  return {
    status: {
      replicas: active.length,
      fullyLabeledReplicas: active.filter(
        (pod) => Object.keys(labels).length === 0 || matchesMap(labels, pod.metadata?.labels),
      ).length,
      readyReplicas: active.filter(isReady).length,
      availableReplicas: waits.filter((ms) => ms === 0).length,
      terminatingReplicas: pods.filter((pod) => isLeaving(pod) && !isTerminal(pod)).length,
      observedGeneration: replicaSet.metadata?.generation,
      conditions: failed
        ? withCondition(existing, failed)
        : present
          ? withoutCondition(existing, 'ReplicaFailure')
          : existing,
    },
    dueIn: Number.isFinite(next) ? next : undefined,
  }
}
