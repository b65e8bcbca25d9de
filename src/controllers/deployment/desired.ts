import type { Deployment, DeploymentStatus } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { findCondition, withCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { sameValue } from '../values/equal.ts'
import {
  byAge,
  findNew,
  makeReplicaSet,
  newAnnotations,
  nextRevision,
  REVISION,
  replicasAnnotations,
  surplusHistory,
} from './desired-revision.ts'
import {
  isRolling,
  isScalingEvent,
  newReplicas,
  type Owned,
  replicasOf,
  type Scaling,
  scaleAll,
  scaleDownOld,
} from './desired-scale.ts'
import { countStatus, deadlineOf, isComplete, pausedConditions, progressing, rolloutStatus } from './desired-status.ts'

/** One write to a ReplicaSet. */
export type Step =
  | { readonly kind: 'create'; readonly replicaSet: ReplicaSet }
  /** `from` differs from the new size where this is a scaling, which is told as an Event. */
  | { readonly kind: 'update'; readonly replicaSet: ReplicaSet; readonly from: number }
  | { readonly kind: 'delete'; readonly replicaSet: ReplicaSet }

interface DeploymentPlan {
  readonly steps: readonly Step[]
  readonly status: DeploymentStatus
  /** The Deployment's own revision annotation, where it has to change. */
  readonly revision: string | undefined
  readonly dueIn: number | undefined
}

/**
 * What one look at a Deployment, its ReplicaSets and their pods leads to. Steps of one plan are independent of each
 * other; what they bring about is seen at the next look. `oldPodsRun` (Recreate only): an old pod has not ended yet.
 */
export const planDeployment = (
  deployment: Deployment,
  owned: readonly Owned[],
  now: number,
  oldPodsRun: (fresh: ReplicaSet | undefined) => boolean,
): DeploymentPlan => {
  const all = [...owned].sort((a, b) => byAge(a.replicaSet, b.replicaSet))
  const freshSet = findNew(
    deployment,
    all.map(({ replicaSet }) => replicaSet),
  )
  const fresh = all.find(({ replicaSet }) => replicaSet === freshSet)
  const old = all.filter((one) => one !== fresh)
  const oldSets = old.map(({ replicaSet }) => replicaSet)
  const count = (from: Deployment) => countStatus(from, oldSets, freshSet, now)
  if (isLeaving(deployment)) return { steps: [], status: count(deployment), revision: undefined, dueIn: undefined }

  const paused = pausedConditions(deployment, now)
  const current: Deployment = paused
    ? { ...deployment, status: { ...deployment.status, conditions: paused } }
    : deployment
  const revision = nextRevision(oldSets)
  const resizing = deployment.spec?.paused === true || isScalingEvent(deployment, all)
  if (resizing) {
    const steps = scaleAll(deployment, old, fresh)
      .map((scaling) => resize(deployment, scaling))
      .filter((step) => step !== undefined)
    const relabeled = fresh ? refresh(deployment, fresh, revision) : undefined
    const touched = steps.some((step) => step.replicaSet.metadata?.name === freshSet?.metadata?.name)
    const history = deployment.spec?.paused ? surplusHistory(deployment, oldSets).map(remove) : []
    return {
      steps: [...steps, ...(relabeled && !touched ? [relabeled] : []), ...history],
      status: count(current),
      revision: fresh ? ownRevision(deployment, relabeled?.replicaSet ?? fresh.replicaSet) : undefined,
      dueIn: undefined,
    }
  }

  const counted = count(current)
  const { step, replicaSet, note } = rollNew(deployment, old, fresh, revision, oldPodsRun)
  const steps: Step[] = step ? [step] : []
  // Growing comes first: only when the new one needs nothing now are the old ones made smaller, except that a Recreate
  // makes them smaller before there is a new one.
  const scaledNew = step?.kind === 'create' || (step?.kind === 'update' && step.from !== replicasOf(step.replicaSet))
  if (!isRolling(deployment)) {
    for (const one of old) {
      const down = replicasOf(one.replicaSet) > 0 ? resize(deployment, { owned: one, to: 0 }) : undefined
      if (down) steps.push(down)
    }
  } else if (!scaledNew)
    for (const scaling of scaleDownOld(deployment, old, fresh)) {
      const down = resize(deployment, scaling)
      if (down) steps.push(down)
    }
  const conditions =
    note && deadlineOf(deployment) !== undefined
      ? withCondition(counted.conditions, progressing('True', note.reason, note.message, now))
      : counted.conditions
  const { status, dueIn } = rolloutStatus(current, { ...counted, conditions }, oldSets, freshSet, now)
  if (isComplete(deployment, status)) steps.push(...surplusHistory(deployment, oldSets).map(remove))
  return { steps, status, dueIn, revision: replicaSet ? ownRevision(deployment, replicaSet) : undefined }
}

const remove = (replicaSet: ReplicaSet): Step => ({ kind: 'delete', replicaSet })

const ownRevision = (deployment: Deployment, replicaSet: ReplicaSet): string | undefined => {
  const revision = replicaSet.metadata?.annotations?.[REVISION]
  return revision !== deployment.metadata?.annotations?.[REVISION] ? revision : undefined
}

/** Its annotations and its spec as they shall be; undefined where they are so already. */
const rewrite = (
  replicaSet: ReplicaSet,
  annotations: Readonly<Record<string, string>>,
  spec: ReplicaSet['spec'],
): (Step & { kind: 'update' }) | undefined => {
  const { metadata } = replicaSet
  if (sameValue(annotations, metadata?.annotations) && sameValue(spec, replicaSet.spec)) return undefined
  return {
    kind: 'update',
    from: replicasOf(replicaSet),
    replicaSet: { ...replicaSet, metadata: { ...metadata, annotations }, spec },
  }
}

const resize = (deployment: Deployment, { owned: { replicaSet }, to }: Scaling): Step | undefined => {
  const annotations = { ...replicaSet.metadata?.annotations, ...replicasAnnotations(deployment) }
  return rewrite(replicaSet, annotations, { ...replicaSet.spec, replicas: to })
}

/** The new ReplicaSet's annotations and minReadySeconds follow the Deployment's. */
const refresh = (
  deployment: Deployment,
  { replicaSet }: Owned,
  revision: bigint,
): (Step & { kind: 'update' }) | undefined => {
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  const isSame = (replicaSet.spec?.minReadySeconds ?? 0) === minReadySeconds
  const spec = isSame ? replicaSet.spec : { ...replicaSet.spec, minReadySeconds }
  return rewrite(replicaSet, newAnnotations(deployment, replicaSet, revision), spec)
}

interface Note {
  readonly reason: string
  readonly message: string
}

const rollNew = (
  deployment: Deployment,
  old: readonly Owned[],
  fresh: Owned | undefined,
  revision: bigint,
  oldPodsRun: (fresh: ReplicaSet | undefined) => boolean,
): { readonly step?: Step; readonly replicaSet?: ReplicaSet; readonly note?: Note } => {
  const all = fresh ? [...old, fresh] : old
  const waits =
    !isRolling(deployment) &&
    (old.some(({ replicaSet }) => replicasOf(replicaSet) > 0) || oldPodsRun(fresh?.replicaSet))
  if (!fresh) {
    if (waits) return {}
    const replicaSet = makeReplicaSet(deployment, revision, newReplicas(deployment, all, undefined))
    const message = `Created new replica set "${replicaSet.metadata?.name}"`
    return { step: { kind: 'create', replicaSet }, replicaSet, note: { reason: 'NewReplicaSetCreated', message } }
  }
  const refreshed = refresh(deployment, fresh, revision)
  const replicaSet = refreshed?.replicaSet ?? fresh.replicaSet
  const note = findCondition(deployment.status?.conditions, 'Progressing')
    ? undefined
    : { reason: 'FoundNewReplicaSet', message: `Found new replica set "${replicaSet.metadata?.name}"` }
  const to = waits ? replicasOf(replicaSet) : newReplicas(deployment, all, fresh)
  const resized =
    to === replicasOf(replicaSet) ? undefined : resize(deployment, { owned: { ...fresh, replicaSet }, to })
  const step = resized ?? refreshed
  return { ...(step ? { step } : {}), replicaSet, ...(note ? { note } : {}) }
}
