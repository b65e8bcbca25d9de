import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Endpoints } from '#api/core/endpoints/message.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import { toBase64 } from '#schema/base64.ts'
import { applyConstantDefaults, type Draft } from '#schema/defaulting.ts'
import { setMember } from '#schema/plan.ts'
import { utf8Bytes } from '#schema/utf8.ts'
import { defaultPodOnly, defaultPodSpec } from './pod-spec.ts'
import { defaultService } from './service.ts'
import { defaultDeployment, defaultReplicaSet } from './workloads.ts'

/**
 * Fills in, in place, the defaults of Kubernetes 1.36 for any served kind: the tables' constants first, then the kind's
 * computed ones. The object must be the caller's own (just decoded, or a clone): a stored one is shared and must not
 * change. ConfigMap, ServiceAccount, Lease and Event have no computed defaults.
 */
export const applyDefaults = <T extends ApiObject>(resource: Resource<T>, object: T): void => {
  applyConstantDefaults(resource.message, object)
  const key = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`
  byKind[key]?.(object as unknown as never)
}

const byKind: { readonly [kind: string]: (object: never) => void } = {
  Service: (service: Draft<Service>) => defaultService(service),
  Pod: (pod: Draft<Pod>) => {
    pod.spec ??= {}
    defaultPodSpec(pod.spec)
    defaultPodOnly(pod.spec)
  },
  'Deployment.apps': (deployment: Draft<Deployment>) => defaultDeployment(deployment),
  'ReplicaSet.apps': (replicaSet: Draft<ReplicaSet>) => {
    defaultReplicaSet(replicaSet)
    // Templates carry the labels; a ReplicaSet without its own takes them over.
    const labels = replicaSet.spec?.template?.metadata?.labels
    if (labels === undefined) return
    replicaSet.metadata ??= {}
    if (Object.keys(replicaSet.metadata.labels ?? {}).length === 0) replicaSet.metadata.labels = { ...labels }
  },
  Secret: (secret: Draft<Secret>) => {
    secret.type ||= 'Opaque'
    // `stringData` is for writers alone: it is folded into `data`, where it wins, and never read back.
    for (const [key, text] of Object.entries(secret.stringData ?? {})) {
      secret.data ??= {}
      setMember(secret.data, key, toBase64(utf8Bytes(text)))
    }
    delete secret.stringData
  },
  Namespace: (namespace: Draft<Namespace>) => {
    namespace.status ??= {}
    namespace.status.phase ||= 'Active'
    const name = namespace.metadata?.name
    if (!name) return
    namespace.metadata!.labels = { ...namespace.metadata!.labels, [NAMESPACE_NAME_LABEL]: name }
  },
  Node: (node: Draft<Node>) => {
    const status = node.status
    if (status?.capacity !== undefined && Object.keys(status.allocatable ?? {}).length === 0)
      status.allocatable = { ...status.capacity }
  },
  Endpoints: (endpoints: Draft<Endpoints>) => {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP'
  },
  'EndpointSlice.discovery.k8s.io': (slice: Draft<EndpointSlice>) => {
    for (const port of slice.ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
}
