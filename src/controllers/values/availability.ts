import type { Pod } from '#api/core/pod/message.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { millisecondsOf } from './time.ts'

/**
 * Milliseconds from `now` until the pod, if it stays ready, is available; 0 when it is, Infinity when it is not ready.
 */
export const availableIn = (pod: Pod, minReadySeconds: number, now: number): number => {
  if (!isReady(pod)) return Number.POSITIVE_INFINITY
  if (minReadySeconds === 0) return 0
  const since = millisecondsOf(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime)
  return Math.max(0, since + minReadySeconds * 1000 - now)
}

/** Ready for at least `minReadySeconds` at `now` (milliseconds since the epoch). */
export const isPodAvailable = (pod: Pod, minReadySeconds: number, now: number): boolean =>
  availableIn(pod, minReadySeconds, now) === 0
