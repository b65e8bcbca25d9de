import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Lease } from '#api/coordination/lease/message.ts'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Endpoints } from '#api/core/endpoints/message.ts'
import type { Event } from '#api/core/event/message.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import {
  validateConfigMapCreate,
  validateConfigMapUpdate,
  validateEventCreate,
  validateLeaseCreate,
  validateLeaseUpdate,
  validateNamespaceCreate,
  validateNodeCreate,
  validateNodeStatusUpdate,
  validateNodeUpdate,
  validateSecretCreate,
  validateSecretUpdate,
} from './cluster.ts'
import {
  validateEndpointSliceCreate,
  validateEndpointSliceUpdate,
  validateEndpointsCreate,
  validateEndpointsUpdate,
} from './endpoints.ts'
import type { FieldError } from './field-error.ts'
import { validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { dnsSubdomain } from './names.ts'
import { validatePodCreate, validatePodStatusUpdate, validatePodUpdate } from './pod.ts'
import { validateServiceCreate, validateServiceStatusUpdate, validateServiceUpdate } from './service.ts'
import {
  validateDeploymentCreate,
  validateDeploymentUpdate,
  validateReplicaSetCreate,
  validateReplicaSetUpdate,
  validateWorkloadStatusUpdate,
} from './workloads.ts'

interface KindValidation {
  readonly create: (object: never) => readonly FieldError[]
  readonly update?: (object: never, old: never) => readonly FieldError[]
  readonly status?: (object: never, old: never) => readonly FieldError[]
}

const byKind: { readonly [kind: string]: KindValidation } = {
  Service: {
    create: (service: Service) => validateServiceCreate(service),
    update: (service: Service, old: Service) => validateServiceUpdate(service, old),
    status: (service: Service, old: Service) => validateServiceStatusUpdate(service, old),
  },
  Pod: {
    create: (pod: Pod) => validatePodCreate(pod),
    update: (pod: Pod, old: Pod) => validatePodUpdate(pod, old),
    status: (pod: Pod, old: Pod) => validatePodStatusUpdate(pod, old),
  },
  'Deployment.apps': {
    create: (deployment: Deployment) => validateDeploymentCreate(deployment),
    update: (deployment: Deployment, old: Deployment) => validateDeploymentUpdate(deployment, old),
    status: (deployment: Deployment, old: Deployment) => validateWorkloadStatusUpdate(deployment, old),
  },
  'ReplicaSet.apps': {
    create: (replicaSet: ReplicaSet) => validateReplicaSetCreate(replicaSet),
    update: (replicaSet: ReplicaSet, old: ReplicaSet) => validateReplicaSetUpdate(replicaSet, old),
    status: (replicaSet: ReplicaSet, old: ReplicaSet) => validateWorkloadStatusUpdate(replicaSet, old),
  },
  'EndpointSlice.discovery.k8s.io': {
    create: (slice: EndpointSlice) => validateEndpointSliceCreate(slice),
    update: (slice: EndpointSlice, old: EndpointSlice) => validateEndpointSliceUpdate(slice, old),
  },
  Endpoints: {
    create: (endpoints: Endpoints) => validateEndpointsCreate(endpoints),
    update: (endpoints: Endpoints, old: Endpoints) => validateEndpointsUpdate(endpoints, old),
  },
  Namespace: { create: (namespace: Namespace) => validateNamespaceCreate(namespace) },
  Node: {
    create: (node: Node) => validateNodeCreate(node),
    update: (node: Node, old: Node) => validateNodeUpdate(node, old),
    status: (node: Node, old: Node) => validateNodeStatusUpdate(node, old),
  },
  ConfigMap: {
    create: (configMap: ConfigMap) => validateConfigMapCreate(configMap),
    update: (configMap: ConfigMap, old: ConfigMap) => validateConfigMapUpdate(configMap, old),
  },
  Secret: {
    create: (secret: Secret) => validateSecretCreate(secret),
    update: (secret: Secret, old: Secret) => validateSecretUpdate(secret, old),
  },
  'Lease.coordination.k8s.io': {
    create: (lease: Lease) => validateLeaseCreate(lease),
    update: (lease: Lease, old: Lease) => validateLeaseUpdate(lease, old),
  },
  Event: { create: (event: Event) => validateEventCreate(event) },
}

const validationOf = (resource: Pick<Resource, 'group' | 'kind'>): KindValidation | undefined =>
  byKind[resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`]

/** Checks an object, defaulted and prepared (`#api/strategy`), at creation. No errors: it may be stored. */
export const validateCreate = <T extends ApiObject>(resource: Resource<T>, object: T): readonly FieldError[] =>
  validationOf(resource)?.create(object as never) ??
  validateMetadata(object.metadata, resource.namespaced, dnsSubdomain)

/** Checks an update against what is stored; with `status`, an update of the status subresource. */
export const validateUpdate = <T extends ApiObject>(
  resource: Resource<T>,
  object: T,
  old: T,
  subresource: '' | 'status' = '',
): readonly FieldError[] => {
  const kind = validationOf(resource)
  const metadata = (): readonly FieldError[] => validateMetadataUpdate(object.metadata, old.metadata)
  if (subresource === 'status') return kind?.status?.(object as never, old as never) ?? metadata()
  return kind?.update?.(object as never, old as never) ?? metadata()
}
