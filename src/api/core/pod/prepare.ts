import type { Draft } from '#schema/defaulting.ts'
import type { Pod } from './message.ts'
import { podQosClass } from './qos.ts'

/** A pod begins as pending, in the class that its containers' resources put it into, and gated where it has gates. */
export const preparePodCreate = (pod: Draft<Pod>): void => {
  pod.status = { phase: 'Pending', qosClass: podQosClass(pod.spec ?? {}) }
  if (!pod.spec?.schedulingGates?.length) return
  const gated = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  }
  pod.status.conditions = [{ ...gated, lastTransitionTime: pod.metadata!.creationTimestamp! }]
}

/** A report says nothing of owners; `podIP` and `podIPs[0]` are one thing said twice: the older field counts. */
export const preparePodStatus = (pod: Draft<Pod>, old: Pod): void => {
  const { status } = pod
  if (status?.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }]
  pod.metadata ??= {}
  const owners = old.metadata?.ownerReferences
  if (owners === undefined) delete pod.metadata.ownerReferences
  else pod.metadata.ownerReferences = owners as Draft<typeof owners>
}
