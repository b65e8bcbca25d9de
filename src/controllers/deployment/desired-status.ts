import type { Deployment, DeploymentCondition, DeploymentStatus } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition, withCondition, withoutCondition } from '#objects/conditions.ts'
import { millisecondsOf } from '../values/time.ts'
import { limits, replicasOf } from './desired-scale.ts'

const NO_DEADLINE = 2 ** 31 - 1

const condition = (
  type: string,
  status: string,
  reason: string,
  message: string,
  now: number,
): DeploymentCondition => ({
  type,
  status,
  lastUpdateTime: timeText(now),
  lastTransitionTime: timeText(now),
  reason,
  message,
})

/** The condition Progressing, as of now (milliseconds since the epoch). */
export const progressing = (status: string, reason: string, message: string, now: number): DeploymentCondition =>
  condition('Progressing', status, reason, message, now)

/** Seconds, or undefined where progress is not watched. */
export const deadlineOf = (deployment: Deployment): number | undefined => {
  const seconds = deployment.spec?.progressDeadlineSeconds ?? 600
  return seconds === NO_DEADLINE ? undefined : seconds
}

const total = (all: readonly ReplicaSet[], of: (status: NonNullable<ReplicaSet['status']>) => number | undefined) =>
  all.reduce((sum, { status }) => sum + ((status && of(status)) ?? 0), 0)

/** Counts from the ReplicaSets' own status, and the Available condition. */
export const countStatus = (
  deployment: Deployment,
  old: readonly ReplicaSet[],
  fresh: ReplicaSet | undefined,
  now: number,
): DeploymentStatus => {
  const all = fresh ? [...old, fresh] : old
  const replicas = total(all, (status) => status.replicas)
  const available = total(all, (status) => status.availableReplicas)
  const enough = available >= replicasOf(deployment) - limits(deployment).unavailable
  return {
    ...deployment.status,
    observedGeneration: deployment.metadata?.generation,
    replicas,
    updatedReplicas: fresh ? total([fresh], (status) => status.replicas) : 0,
    readyReplicas: total(all, (status) => status.readyReplicas),
    availableReplicas: available,
    // Of those that the ReplicaSets ask for, pods that cannot be made included.
    unavailableReplicas: Math.max(0, all.reduce((sum, one) => sum + replicasOf(one), 0) - available),
    terminatingReplicas: total(all, (status) => status.terminatingReplicas),
    conditions: withCondition(
      deployment.status?.conditions,
      enough
        ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
        : condition(
            'Available',
            'False',
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
            now,
          ),
    ),
  }
}

/**
 * Whether all pods wanted are of the newest template and available, none of an older one is left, and this is about the
 * newest spec.
 */
export const isComplete = (deployment: Deployment, status: DeploymentStatus): boolean => {
  const wanted = replicasOf(deployment)
  return (
    status.updatedReplicas === wanted &&
    status.replicas === wanted &&
    status.availableReplicas === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  )
}

const hasProgressed = (before: DeploymentStatus, after: DeploymentStatus): boolean => {
  const n = (value: number | undefined) => value ?? 0
  const old = (status: DeploymentStatus) => n(status.replicas) - n(status.updatedReplicas)
  return (
    n(after.updatedReplicas) > n(before.updatedReplicas) ||
    old(after) < old(before) ||
    n(after.readyReplicas) > n(before.readyReplicas) ||
    n(after.availableReplicas) > n(before.availableReplicas)
  )
}

/**
 * Progressing and ReplicaFailure for a rollout under way; `dueIn` (ms) is when the deadline has to be looked at again.
 */
export const rolloutStatus = (
  deployment: Deployment,
  counted: DeploymentStatus,
  old: readonly ReplicaSet[],
  fresh: ReplicaSet | undefined,
  now: number,
): { readonly status: DeploymentStatus; readonly dueIn: number | undefined } => {
  let conditions = counted.conditions ?? []
  const name = fresh ? `ReplicaSet "${fresh.metadata?.name}"` : `Deployment "${deployment.metadata?.name}"`
  const deadline = deadlineOf(deployment)
  const current = findCondition(conditions, 'Progressing')
  const alreadyDone = counted.replicas === counted.updatedReplicas && current?.reason === 'NewReplicaSetAvailable'
  if (deadline === undefined) conditions = withoutCondition(conditions, 'Progressing')
  else if (!alreadyDone) {
    if (isComplete(deployment, counted))
      conditions = withCondition(
        conditions,
        progressing('True', 'NewReplicaSetAvailable', `${name} has successfully progressed.`, now),
      )
    else if (hasProgressed(deployment.status ?? {}, counted)) {
      const next = progressing('True', 'ReplicaSetUpdated', `${name} is progressing.`, now)
      const kept = current?.status === 'True' ? { ...next, lastTransitionTime: current.lastTransitionTime } : next
      // Put in anew also for the same reason: lastUpdateTime is what the deadline counts from.
      conditions = [...withoutCondition(conditions, 'Progressing'), kept]
    } else if (current && isOverdue(current, deadline, now))
      conditions = withCondition(
        conditions,
        progressing('False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`, now),
      )
  }
  const failure = [fresh, ...old]
    .map((replicaSet) => findCondition(replicaSet?.status?.conditions, 'ReplicaFailure'))
    .find((found) => found?.status === 'True')
  conditions = failure
    ? withCondition(conditions, condition('ReplicaFailure', 'True', failure.reason ?? '', failure.message ?? '', now))
    : withoutCondition(conditions, 'ReplicaFailure')
  const status = { ...counted, conditions }
  const last = findCondition(conditions, 'Progressing')
  const watched = deadline !== undefined && last?.status === 'True' && last.reason !== 'NewReplicaSetAvailable'
  const dueIn = watched ? Math.max(0, millisecondsOf(last.lastUpdateTime) + deadline * 1000 - now) + 1000 : undefined
  return { status, dueIn }
}

const isOverdue = (current: DeploymentCondition, deadline: number, now: number): boolean => {
  if (current.reason === 'NewReplicaSetAvailable' || current.reason === 'DeploymentPaused') return false
  return now > millisecondsOf(current.lastUpdateTime) + deadline * 1000
}

/** Paused and resumed, so that the time in between does not count towards the deadline. */
export const pausedConditions = (deployment: Deployment, now: number): readonly DeploymentCondition[] | undefined => {
  if (deadlineOf(deployment) === undefined) return undefined
  const current = findCondition(deployment.status?.conditions, 'Progressing')
  if (current?.reason === 'ProgressDeadlineExceeded') return undefined
  const wasPaused = current?.reason === 'DeploymentPaused'
  if (deployment.spec?.paused && !wasPaused)
    return withCondition(
      deployment.status?.conditions,
      progressing('Unknown', 'DeploymentPaused', 'Deployment is paused', now),
    )
  if (!deployment.spec?.paused && wasPaused)
    return withCondition(
      deployment.status?.conditions,
      progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed', now),
    )
  return undefined
}
