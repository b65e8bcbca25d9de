import type { Container } from '#api/core/pod/spec/container.ts'
import type { Draft } from '#schema/defaulting.ts'
import { spellLabelKeys } from './label-keys.ts'
import type { Pod } from './message.ts'
import { podQosClass } from './qos.ts'

/** A pod begins as pending, in the class that its containers' resources put it into, and gated where it has gates. */
export const preparePodCreate = (pod: Draft<Pod>): void => {
  spellLabelKeys(pod)
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

/** A report says nothing of owners, and what it leaves out of the pod's class and of what it was made from stays. */
export const preparePodStatus = (pod: Draft<Pod>, old: Pod): void => {
  pod.status ??= {}
  const { status } = pod
  if (!status.qosClass && old.status?.qosClass) status.qosClass = old.status.qosClass
  if (!status.observedGeneration && old.status?.observedGeneration)
    status.observedGeneration = old.status.observedGeneration
  pod.metadata ??= {}
  const owners = old.metadata?.ownerReferences
  if (owners === undefined) delete pod.metadata.ownerReferences
  else pod.metadata.ownerReferences = owners as Draft<typeof owners>
}

/** The pod as it is stored, with another spec; of what was sent, what says which pod and which version is meant. */
const become = (pod: Draft<Pod>, old: Pod, spec: Pod['spec']): void => {
  const { name, namespace, uid, resourceVersion, managedFields } = pod.metadata ?? {}
  const sent = Object.entries({ name, namespace, uid, resourceVersion, managedFields })
  const given = Object.fromEntries(sent.filter(([, value]) => value !== undefined))
  const { managedFields: _, ...metadata } = old.metadata ?? {}
  const next = { metadata: { ...metadata, ...given }, spec, status: old.status }
  for (const [key, value] of Object.entries(next))
    if (value === undefined) delete pod[key as keyof Pod]
    else Object.assign(pod, { [key]: value })
}

/** By `ephemeralcontainers` nothing else changes. */
export const prepareEphemeralContainers = (pod: Draft<Pod>, old: Pod): void => {
  const { ephemeralContainers: _, ...spec } = old.spec ?? {}
  const added = pod.spec?.ephemeralContainers
  become(pod, old, { ...spec, ...(added && { ephemeralContainers: added }) } as Pod['spec'])
}

/**
 * By `resize` nothing changes but what containers have, and whether they are started again for it. Containers that came,
 * went or have other names stay as they were sent, for validation to refuse.
 */
export const prepareResize = (pod: Draft<Pod>, old: Pod): void => {
  const lists = ['containers', 'initContainers'] as const
  const [sent, stored] = [pod, old].map(({ spec }) => lists.map((list) => (spec?.[list] ?? []) as readonly Container[]))
  if (lists.some((_, at) => sent![at]!.length !== stored![at]!.length)) return
  const resized = lists.map((list, at) => {
    const now = sent![at]!
    if (now.some(({ name }, index) => name !== stored![at]![index]!.name)) return [list, now] as const
    const merged = stored![at]!.map((container, index) => {
      const { resources, resizePolicy } = now[index]!
      return { ...container, ...(resources && { resources }), ...(resizePolicy && { resizePolicy }) }
    })
    return [list, merged] as const
  })
  const there = resized.filter(([list]) => old.spec?.[list] !== undefined)
  become(pod, old, { ...old.spec, ...Object.fromEntries(there) } as Pod['spec'])
}
