import type { Pod, PodCondition } from '#api/core-v1.ts'
import { parseTime } from './time.ts'

export const podCondition = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type)

export const isPodReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True'

/** Succeeded or Failed: it will not run again. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

export const isTerminating = (pod: Pod): boolean => pod.metadata?.deletionTimestamp !== undefined

/** Counts towards a ReplicaSet's replicas. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && !isTerminating(pod)

/**
 * Milliseconds from `now` until the pod, if it stays ready, is available; 0 when it is, Infinity when it is not ready.
 */
export const availableIn = (pod: Pod, minReadySeconds: number, now: number): number => {
  if (!isPodReady(pod)) return Number.POSITIVE_INFINITY
  if (minReadySeconds === 0) return 0
  const since = parseTime(podCondition(pod, 'Ready')?.lastTransitionTime)
  return Math.max(0, since + minReadySeconds * 1000 - now)
}

/** Ready for at least `minReadySeconds` at `now` (milliseconds since the epoch). */
export const isPodAvailable = (pod: Pod, minReadySeconds: number, now: number): boolean =>
  availableIn(pod, minReadySeconds, now) === 0

/** The pod’s addresses, IPv4 first as its status has them; none before it has its network. */
export const podAddresses = (pod: Pod): readonly string[] => {
  const all = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  return all.length > 0 ? all : pod.status?.podIP ? [pod.status.podIP] : []
}
