import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { scaledValue } from '../values/percent.ts'

export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'

/** A ReplicaSet and what its pods are doing now, as the cache has them. */
export interface Owned {
  readonly replicaSet: ReplicaSet
  /** Pods that are neither finished nor terminating. */
  readonly active: number
  readonly available: number
}

export interface Scaling {
  readonly owned: Owned
  readonly to: number
}

/** How many pods are wanted; 1 where it does not say. */
export const replicasOf = (object: { readonly spec?: { readonly replicas?: number } }): number =>
  object.spec?.replicas ?? 1

/** A ReplicaSet has at least this many pods, now or as soon as its controller has acted. */
const podsOf = ({ replicaSet, active }: Owned): number => Math.max(replicasOf(replicaSet), active)

const sum = (all: readonly Owned[], of: (owned: Owned) => number): number =>
  all.reduce((total, owned) => total + of(owned), 0)

/** Whether old pods make room step by step, and not all at once (Recreate). */
export const isRolling = (deployment: Deployment): boolean => deployment.spec?.strategy?.type !== 'Recreate'

/**
 * maxSurge (rounded up) and maxUnavailable (rounded down) in pods; both 0 would never move, so one may then be
 * unavailable.
 */
export const limits = (deployment: Deployment): { readonly surge: number; readonly unavailable: number } => {
  const replicas = replicasOf(deployment)
  if (!isRolling(deployment) || replicas === 0) return { surge: 0, unavailable: 0 }
  const rolling = deployment.spec?.strategy?.rollingUpdate ?? {}
  const surge = scaledValue(rolling.maxSurge ?? '25%', replicas, true)
  const unavailable = scaledValue(rolling.maxUnavailable ?? '25%', replicas, false)
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) }
}

/**
 * How many pods the new ReplicaSet gets. Pods that older ones still have to delete count, unlike in Kubernetes, which
 * adds up only what the specs ask for: so the surge holds at each moment, not only once everybody has acted.
 */
export const newReplicas = (deployment: Deployment, all: readonly Owned[], fresh: Owned | undefined): number => {
  const wanted = replicasOf(deployment)
  if (!isRolling(deployment)) return wanted
  const now = fresh ? replicasOf(fresh.replicaSet) : 0
  if (now >= wanted) return wanted
  const room = wanted + limits(deployment).surge - sum(all, podsOf)
  return room <= 0 ? now : now + Math.min(room, wanted - now)
}

/**
 * Fewer pods for the old ReplicaSets: first those that are not available anyway, then as many as maxUnavailable lets
 * go.
 */
export const scaleDownOld = (
  deployment: Deployment,
  old: readonly Owned[],
  fresh: Owned | undefined,
): readonly Scaling[] => {
  const all = fresh ? [...old, fresh] : old
  const specOf = ({ replicaSet }: Owned) => replicasOf(replicaSet)
  const minAvailable = replicasOf(deployment) - limits(deployment).unavailable
  const freshUnavailable = fresh ? Math.max(0, specOf(fresh) - fresh.available) : 0
  let budget = sum(all, specOf) - minAvailable - freshUnavailable
  if (budget <= 0) return []
  const to = new Map<Owned, number>()
  for (const owned of old) {
    const replicas = specOf(owned)
    const unhealthy = Math.min(budget, Math.max(0, replicas - owned.available))
    if (unhealthy > 0) to.set(owned, replicas - unhealthy)
    budget -= unhealthy
    if (budget <= 0) break
  }
  // A pod that its ReplicaSet was already told to delete may still be in the cache, ready: it does not count, and no
  // more goes than the specs leave room for.
  let spare = Math.min(budget, sum(all, (owned) => Math.min(owned.available, specOf(owned))) - minAvailable)
  for (const owned of old) {
    if (spare <= 0) break
    const replicas = to.get(owned) ?? specOf(owned)
    const less = Math.min(replicas, spare)
    if (less > 0) to.set(owned, replicas - less)
    spare -= less
  }
  return [...to].map(([owned, replicas]) => ({ owned, to: replicas }))
}

/** The Deployment was scaled since its ReplicaSets were: their note of the wanted size is another one. */
export const isScalingEvent = (deployment: Deployment, all: readonly Owned[]): boolean =>
  all.some(({ replicaSet }) => {
    const noted = replicaSet.metadata?.annotations?.[DESIRED_REPLICAS]
    return replicasOf(replicaSet) > 0 && noted !== undefined && Number(noted) !== replicasOf(deployment)
  })

const bySize =
  (newerFirst: boolean) =>
  (a: Owned, b: Owned): number => {
    const size = replicasOf(b.replicaSet) - replicasOf(a.replicaSet)
    if (size !== 0) return size
    const [left, right] = [
      a.replicaSet.metadata?.creationTimestamp ?? '',
      b.replicaSet.metadata?.creationTimestamp ?? '',
    ]
    const age = left < right ? -1 : left > right ? 1 : 0
    return newerFirst ? -age : age
  }

/**
 * A scaled Deployment: one active ReplicaSet takes the whole change; in the middle of a rollout each takes its share
 * (its size times the growth of the allowed total, rounded), and the largest what rounding left over.
 */
export const scaleAll = (
  deployment: Deployment,
  old: readonly Owned[],
  fresh: Owned | undefined,
): readonly Scaling[] => {
  const wanted = replicasOf(deployment)
  const all = fresh ? [...old, fresh] : [...old]
  const active = all.filter(({ replicaSet }) => replicasOf(replicaSet) > 0)
  if (active.length <= 1) {
    const target = active[0] ?? fresh ?? old.at(-1)
    return target ? [{ owned: target, to: wanted }] : []
  }
  if (fresh && replicasOf(fresh.replicaSet) === wanted && fresh.available === wanted)
    if (fresh.replicaSet.metadata?.annotations?.[DESIRED_REPLICAS] === String(wanted))
      return active.filter((owned) => owned !== fresh).map((owned) => ({ owned, to: 0 }))
  if (!isRolling(deployment)) return []
  const allowed = wanted > 0 ? wanted + limits(deployment).surge : 0
  const toAdd = allowed - sum(active, ({ replicaSet }) => replicasOf(replicaSet))
  const sorted = [...active].sort(bySize(toAdd > 0))
  let added = 0
  const scalings = sorted.map((owned) => {
    const share = toAdd === 0 ? 0 : proportion(deployment, owned.replicaSet, allowed, toAdd - added, toAdd)
    added += share
    return { owned, to: replicasOf(owned.replicaSet) + share }
  })
  const [first, ...others] = scalings
  return [{ ...first!, to: Math.max(0, first!.to + toAdd - added) }, ...others]
}

const proportion = (
  deployment: Deployment,
  replicaSet: ReplicaSet,
  allowed: number,
  left: number,
  toAdd: number,
): number => {
  const size = replicasOf(replicaSet)
  if (size === 0 || left === 0) return 0
  if (replicasOf(deployment) === 0) return -size
  const before = Number(replicaSet.metadata?.annotations?.[MAX_REPLICAS] ?? deployment.status?.replicas ?? 0)
  if (!before) return 0
  const share = Math.round((size * allowed) / before) - size
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left)
}
