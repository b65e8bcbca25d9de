import type { Pod } from '#api/core/pod/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { millisecondsOf } from '../values/time.ts'

/** Of a Job: how often its pods have failed since one succeeded, and when last (ms since the epoch). */
export interface Failures {
  readonly count: number
  readonly last: number
}

const FIRST_MS = 10_000
const LONGEST_MS = 600_000

/** Milliseconds until a pod may be made again after so many failures. */
export const backoffLeft = ({ count, last }: Failures, now: number): number =>
  count === 0 ? 0 : Math.max(0, last + Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - 1)) - now)

/** Counts on with pods whose end has not been counted. */
export const countFailures = (before: Failures, succeeded: readonly Pod[], failed: readonly Pod[]): Failures => {
  const lastSuccess = Math.max(Number.NEGATIVE_INFINITY, ...succeeded.map(finishedAt))
  const times = failed.map(finishedAt).filter((time) => time > lastSuccess)
  const counted = succeeded.length > 0 ? 0 : before.count
  if (times.length === 0) return { count: counted, last: before.last }
  return { count: counted + times.length, last: Math.max(...times) }
}

/** When the pod ended: its last container, its Ready condition, the wish that it should, or else its beginning. */
export const finishedAt = (pod: Pod): number => {
  const { metadata, spec, status } = pod
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always').map(({ name }) => name),
  )
  const ends = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ].map(({ state }) => millisecondsOf(state?.terminated?.finishedAt))
  if (ends.length > 0 && ends.every((end) => end > 0)) return Math.max(...ends)
  const ready = findCondition(status?.conditions, 'Ready')
  if (ready?.status === 'False' && ready.lastTransitionTime) return millisecondsOf(ready.lastTransitionTime)
  if (metadata?.deletionTimestamp)
    return millisecondsOf(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000
  return millisecondsOf(metadata?.creationTimestamp)
}
