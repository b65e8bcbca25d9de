import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { TRIGGER_TIME_ANNOTATION } from '#objects/well-known.ts'
import type { SliceChanges, SliceMeta } from './desired-pack.ts'

/**
 * The times that a Service's slices were last written for; RFC 3339 in UTC and whole seconds, which compare as text.
 */
export interface TriggerState {
  /** By the name of the pod. */
  readonly pods: ReadonlyMap<string, string>
}

interface Trigger {
  /**
   * When the oldest of the changes happened that are not in the slices yet; undefined: nothing that has a time, as the
   * end of a pod.
   */
  readonly time: string | undefined
  /** Given back as `before` once the slices are written. */
  readonly state: TriggerState
}

/**
 * What proxies measure the network's programming from (sig-scalability's SLI): the creation of the Service where its
 * slices are written for the first time (`isNew`), then the earliest turn of a pod's readiness since. A controller that
 * has just started, over slices that are there, knows no time: Kubernetes would name the Service's creation, which may
 * be hours ago.
 */
export const changeTrigger = (
  before: TriggerState | undefined,
  service: Service,
  pods: readonly Pod[],
  isNew: boolean,
): Trigger => {
  const times = new Map<string, string>()
  let earliest: string | undefined
  for (const pod of pods) {
    const time = findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime
    if (!time) continue
    const name = pod.metadata!.name!
    times.set(name, time)
    const changed = time > (before?.pods.get(name) ?? '')
    if (changed && (earliest === undefined || time < earliest)) earliest = time
  }
  const created = isNew ? service.metadata?.creationTimestamp : undefined
  return { time: before ? earliest : created, state: { pods: times } }
}

/** Annotations of slices that are made. */
export const withTrigger = (meta: SliceMeta, time: string | undefined): SliceMeta =>
  time === undefined ? meta : { ...meta, annotations: { ...meta.annotations, [TRIGGER_TIME_ANNOTATION]: time } }

/** Of what is written for a change: the time, where it has one; not the time of a change before. */
export const withTriggerTime = <M extends { readonly annotations?: Readonly<Record<string, string>> }>(
  metadata: M,
  time: string | undefined,
): M => {
  const { [TRIGGER_TIME_ANNOTATION]: _, ...others } = metadata.annotations ?? {}
  return { ...metadata, annotations: time === undefined ? others : { ...others, [TRIGGER_TIME_ANNOTATION]: time } }
}

/**
 * The slices that are written carry the time; one without a time loses the old one, which was another change's. A slice
 * is never written for the time alone.
 */
export const stampTrigger = (changes: SliceChanges, time: string | undefined): SliceChanges => ({
  ...changes,
  update: changes.update.map(
    (slice): EndpointSlice => ({ ...slice, metadata: withTriggerTime(slice.metadata ?? {}, time) }),
  ),
})
