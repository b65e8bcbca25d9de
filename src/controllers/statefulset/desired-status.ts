import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isReady } from '#objects/conditions.ts'
import { availableIn } from '../values/availability.ts'
import { revisionOf } from './desired-pod.ts'

export type StatefulSetStatus = NonNullable<StatefulSet['status']>

/** It runs and is ready. */
export const isRunning = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod)

interface Revisions {
  readonly current: string
  readonly update: string
  readonly collisionCount: number
}

/** Counts of the pods that there are, without conditions; `isGoing`: somebody has deleted it. */
export const countStatus = (
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update, collisionCount }: Revisions,
  isGoing: (pod: Pod) => boolean,
  now: number,
): StatefulSetStatus => {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const running = pods.filter(isRunning)
  const staying = pods.filter((pod) => !isGoing(pod))
  return {
    observedGeneration: set.metadata?.generation,
    replicas: pods.length,
    readyReplicas: running.length,
    currentReplicas: staying.filter((pod) => revisionOf(pod) === current).length,
    updatedReplicas: staying.filter((pod) => revisionOf(pod) === update).length,
    currentRevision: current,
    updateRevision: update,
    collisionCount,
    availableReplicas: running.filter((pod) => availableIn(pod, minReadySeconds, now) === 0).length,
  }
}

/** A rolling update that has reached every pod is over: what was gone to is what there is. */
export const completed = (set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus => {
  const wanted = set.spec?.replicas ?? 1
  const { replicas, readyReplicas, updatedReplicas } = status
  return set.spec?.updateStrategy?.type === 'RollingUpdate' &&
    [replicas, readyReplicas, updatedReplicas].every((count) => count === wanted)
    ? { ...status, currentReplicas: updatedReplicas, currentRevision: status.updateRevision }
    : status
}
