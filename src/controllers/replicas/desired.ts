import type { ReplicaSetCondition, ReplicaSetStatus } from '#api/apps/replicaset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import type { ApiObject } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition, isReady, withCondition, withoutCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { matchesMap } from '#objects/label-selector.ts'
import { isActive, isTerminal } from '#objects/pod.ts'
import { availableIn } from '../values/availability.ts'
import { rankForDeletion } from './desired-deletion.ts'

/** At most so many pods are made or deleted in one look (Kubernetes' burst). */
const BURST = 500

/** What keeps a number of equal pods: a ReplicaSet, a ReplicationController. */
export interface Replicated extends ApiObject {
  readonly spec?: {
    readonly replicas?: number
    readonly minReadySeconds?: number
    readonly template?: PodTemplateSpec
  }
  readonly status?: ReplicaSetStatus
}

interface ReplicasPlan {
  readonly create: number
  readonly delete: readonly Pod[]
}

/**
 * `pods` are its own; `doomed` are uids of pods that were deleted but are still in the cache; `related`
 * are active pods of the same owner (all ReplicaSets of the Deployment): the node that has most of them loses one
 * first.
 */
export const planReplicas = (
  owner: Replicated,
  pods: readonly Pod[],
  doomed: ReadonlySet<string>,
  related: readonly Pod[],
  now: number,
): ReplicasPlan => {
  if (isLeaving(owner)) return { create: 0, delete: [] }
  const active = pods.filter((pod) => isActive(pod) && !doomed.has(pod.metadata!.uid!))
  const missing = (owner.spec?.replicas ?? 1) - active.length
  if (missing >= 0) return { create: Math.min(missing, BURST), delete: [] }
  const onNode = new Map<string, number>()
  for (const pod of related)
    if (pod.spec?.nodeName) onNode.set(pod.spec.nodeName, (onNode.get(pod.spec.nodeName) ?? 0) + 1)
  const ranked = rankForDeletion(active, (pod) => onNode.get(pod.spec?.nodeName ?? '') ?? 0, now)
  return { create: 0, delete: ranked.slice(0, Math.min(-missing, BURST)) }
}

export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete'
  readonly message: string
}

/** Counts, and `dueIn` (ms) after which the next ready pod becomes available. */
export const replicasStatus = (
  owner: Replicated,
  pods: readonly Pod[],
  failure: Failure | undefined,
  now: number,
): { readonly status: ReplicaSetStatus; readonly dueIn: number | undefined } => {
  const minReadySeconds = owner.spec?.minReadySeconds ?? 0
  const active = pods.filter(isActive)
  const waits = active.map((pod) => availableIn(pod, minReadySeconds, now))
  const labels = owner.spec?.template?.metadata?.labels ?? {}
  const next = Math.min(...waits.filter((ms) => ms > 0))
  const existing = owner.status?.conditions
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
      observedGeneration: owner.metadata?.generation,
      conditions: failed
        ? withCondition(existing, failed)
        : present
          ? withoutCondition(existing, 'ReplicaFailure')
          : existing,
    },
    dueIn: Number.isFinite(next) ? next : undefined,
  }
}
