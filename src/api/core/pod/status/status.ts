import {
  field,
  type Infer,
  int64,
  list,
  map,
  oneOf,
  optional,
  quantity,
  required,
  string,
  time,
} from '#schema/schema.ts'
import { message } from '../../group.ts'
import { ResourceRequirements } from '../spec/resources.ts'
import { ContainerExtendedResourceRequest, ContainerStatus } from './container-status.ts'

export const PodPhase = oneOf('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown')
export type PodPhase = Infer<typeof PodPhase>
export const PodQOSClass = oneOf('Guaranteed', 'Burstable', 'BestEffort')
export type PodQOSClass = Infer<typeof PodQOSClass>

class HostIP extends message('HostIP', {
  ip: required(1, string),
}) {}

class NodeAllocatableResourceClaimStatus extends message('NodeAllocatableResourceClaimStatus', {
  resourceClaimName: required(1, string),
  containers: list(2, string, { list: 'set' }),
  resources: map(3, quantity, { always: true }),
}) {}

export class PodCondition extends message('PodCondition', {
  type: required(1, string),
  observedGeneration: field(7, int64),
  status: required(2, string),
  lastProbeTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

class PodIP extends message('PodIP', {
  ip: required(1, string),
}) {}

class PodResourceClaimStatus extends message('PodResourceClaimStatus', {
  name: required(1, string),
  resourceClaimName: optional(2, string),
}) {}

class PodExtendedResourceClaimStatus extends message('PodExtendedResourceClaimStatus', {
  requestMappings: list(1, ContainerExtendedResourceRequest, { list: 'atomic', always: true }),
  resourceClaimName: required(2, string),
}) {}

export class PodStatus extends message('PodStatus', {
  observedGeneration: field(17, int64),
  phase: field(1, PodPhase),
  conditions: list(2, PodCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  message: field(3, string),
  reason: field(4, string),
  nominatedNodeName: field(11, string),
  hostIP: field(5, string),
  hostIPs: list(16, HostIP, { list: 'atomic', patch: 'merge', patchKey: 'ip' }),
  podIP: field(6, string),
  podIPs: list(12, PodIP, { keys: ['ip'], patch: 'merge', patchKey: 'ip' }),
  startTime: optional(7, time),
  initContainerStatuses: list(10, ContainerStatus, { list: 'atomic' }),
  containerStatuses: list(8, ContainerStatus, { list: 'atomic' }),
  qosClass: field(9, PodQOSClass),
  ephemeralContainerStatuses: list(13, ContainerStatus, { list: 'atomic' }),
  resize: field(14, string),
  resourceClaimStatuses: list(15, PodResourceClaimStatus, {
    keys: ['name'],
    patch: 'merge,retainKeys',
    patchKey: 'name',
  }),
  extendedResourceClaimStatus: optional(18, PodExtendedResourceClaimStatus),
  allocatedResources: map(19, quantity),
  resources: optional(20, ResourceRequirements),
  nodeAllocatableResourceClaimStatuses: list(21, NodeAllocatableResourceClaimStatus, { list: 'atomic' }),
}) {}
