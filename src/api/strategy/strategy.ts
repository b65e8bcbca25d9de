import type { Namespace } from '#api/core/namespace/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { podQosClass } from './pod-qos.ts'
import { carryAllocatedValues, dropTypeDependentFields, normalizeClusterIPs, trimForSingleStack } from './service.ts'

/** Which part of the object a request may write. */
export type Subresource = '' | 'status'

interface Loose {
  metadata?: Draft<ObjectMeta>
  spec?: unknown
  status?: unknown
}

const keyOf = (resource: Pick<Resource, 'group' | 'kind'>): string =>
  resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`

/**
 * Kinds whose status a plain write cannot touch. A Node's may come with its creation, as a kubelet that registers
 * itself sends it.
 */
const STATUS_KINDS = new Set(['Service', 'Pod', 'Namespace', 'Node', 'Deployment.apps', 'ReplicaSet.apps'])
/** Kinds that count the changes of their wish in `metadata.generation`; a Service does not. */
const GENERATION_KINDS = new Set(['Pod', 'Deployment.apps', 'ReplicaSet.apps', 'EndpointSlice.discovery.k8s.io'])
/** Kinds that an update must name a resourceVersion for. */
const CONDITIONAL_KINDS = new Set(['Lease.coordination.k8s.io'])

/**
 * What the registry does to a decoded and defaulted object before it is validated and created, in place: what only the
 * system sets is dropped (status, deletion), the generation starts at 1. uid, creationTimestamp, resourceVersion, a
 * generated name and a Service's addresses and node ports are the API server's.
 */
export const prepareForCreate = <T extends ApiObject>(resource: Resource<T>, object: T): void => {
  const loose = object as Loose
  loose.metadata ??= {}
  const { metadata } = loose
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
  delete metadata.generation
  const key = keyOf(resource)
  if (STATUS_KINDS.has(key) && key !== 'Node') loose.status = {}
  if (GENERATION_KINDS.has(key)) metadata.generation = 1
  if (key === 'Service') {
    const service = loose as Draft<Service>
    service.status = { loadBalancer: {} }
    normalizeClusterIPs(service)
  }
  if (key === 'Pod') {
    const pod = loose as Draft<Pod>
    pod.status = { phase: 'Pending', qosClass: podQosClass(pod.spec ?? {}) }
  }
  if (key === 'Namespace') {
    const namespace = loose as Draft<Namespace>
    namespace.status = { phase: 'Active' }
    namespace.spec ??= {}
    const finalizers = namespace.spec.finalizers ?? []
    if (!finalizers.includes('kubernetes')) namespace.spec.finalizers = [...finalizers, 'kubernetes']
  }
}

/**
 * What the registry does before an update is validated, in place: system metadata is carried over, a plain update keeps
 * the old status, a status update keeps the old spec, a Service's allocated values follow its type, and the generation
 * counts a changed wish.
 */
export const prepareForUpdate = <T extends ApiObject>(
  resource: Resource<T>,
  object: T,
  old: T,
  subresource: Subresource = '',
): void => {
  const loose = object as Loose
  const before = old as Loose
  const key = keyOf(resource)
  loose.metadata ??= {}
  carryMetadata(loose.metadata, before.metadata ?? {}, CONDITIONAL_KINDS.has(key))
  if (subresource === 'status') {
    if (before.spec === undefined) delete loose.spec
    else loose.spec = before.spec
    if (key === 'Pod') normalizePodIPs(loose as Draft<Pod>)
    if (key === 'Pod' || key === 'Deployment.apps') carryIdentity(key, loose.metadata, before.metadata ?? {})
    return
  }
  if (STATUS_KINDS.has(key)) {
    if (before.status === undefined) delete loose.status
    else loose.status = before.status
  }
  if (key === 'Service') {
    const service = loose as Draft<Service>
    normalizeClusterIPs(service, before as Service)
    carryAllocatedValues(service, before as Service)
    trimForSingleStack(service, before as Service)
    dropTypeDependentFields(service, before as Service)
  }
  if (key === 'Namespace' && before.spec !== undefined) loose.spec = before.spec
  if (GENERATION_KINDS.has(key) && wishChanged(key, loose, before))
    loose.metadata.generation = (before.metadata?.generation ?? 0) + 1
}

const carryMetadata = (metadata: Draft<ObjectMeta>, old: ObjectMeta, conditional: boolean): void => {
  if (old.generation === undefined) delete metadata.generation
  else metadata.generation = old.generation
  const keys = ['uid', 'creationTimestamp', 'deletionTimestamp'] as const
  for (const key of keys) if (!metadata[key] && old[key]) metadata[key] = old[key]
  if (!metadata.resourceVersion && !conditional && old.resourceVersion) metadata.resourceVersion = old.resourceVersion
  // Deletion is never taken back by an update, and its grace period is not changed by one.
  if (old.deletionTimestamp) metadata.deletionTimestamp = old.deletionTimestamp
  else delete metadata.deletionTimestamp
  if (old.deletionGracePeriodSeconds !== undefined)
    metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds
  delete metadata.selfLink
}

/** `podIP` and `podIPs[0]` are one thing said twice; where they differ, the older field counts. */
const normalizePodIPs = ({ status }: Draft<Pod>): void => {
  if (status?.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }]
}

const carryIdentity = (key: string, metadata: Draft<ObjectMeta>, old: ObjectMeta): void => {
  if (key === 'Pod') {
    if (old.ownerReferences === undefined) delete metadata.ownerReferences
    else metadata.ownerReferences = old.ownerReferences as Draft<ObjectMeta>['ownerReferences']
  } else if (old.labels === undefined) delete metadata.labels
  else metadata.labels = { ...old.labels }
}

const wishChanged = (key: string, object: Loose, old: Loose): boolean => {
  if (key === 'EndpointSlice.discovery.k8s.io') {
    const content = (slice: Loose): unknown => {
      const { resourceVersion: _, generation: __, managedFields: ___, ...metadata } = slice.metadata ?? {}
      return { ...slice, metadata }
    }
    return !jsonEqual(content(object), content(old))
  }
  if (!jsonEqual(object.spec ?? {}, old.spec ?? {})) return true
  // The Deployment controller reads annotations too.
  return key === 'Deployment.apps' && !jsonEqual(object.metadata?.annotations ?? {}, old.metadata?.annotations ?? {})
}
