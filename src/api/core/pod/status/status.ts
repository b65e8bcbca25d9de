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
import { VolumeHealthCondition } from '../../persistentvolumeclaim/message.ts'
import { ResourceRequirements } from '../spec/resources.ts'
import { ContainerExtendedResourceRequest, ContainerStatus } from './container-status.ts'

export const PodPhase = oneOf('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown')
export type PodPhase = Infer<typeof PodPhase>
export const PodQOSClass = oneOf('Guaranteed', 'Burstable', 'BestEffort')
export type PodQOSClass = Infer<typeof PodQOSClass>

class HostIP extends message('HostIP', {
  ip: required(1, string),
}) {}

class NodeAllocatableMappedResources extends message('NodeAllocatableMappedResources', {
  name: required(1, string),
  quantity: optional(2, quantity, { always: true }),
}) {}

class NodeAllocatableOverheadResources extends message('NodeAllocatableOverheadResources', {
  name: required(1, string),
  perPod: optional(2, quantity),
  perContainer: optional(3, quantity),
}) {}

class NodeAllocatableResourceClaimStatus extends message('NodeAllocatableResourceClaimStatus', {
  resourceClaimName: required(1, string),
  containers: list(2, string, { list: 'set' }),
  mapping: list(4, NodeAllocatableMappedResources, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  overhead: list(5, NodeAllocatableOverheadResources, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
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

class PodVolumeHealth extends message('PodVolumeHealth', {
  name: required(1, string),
  healthConditions: list(2, VolumeHealthCondition, { keys: ['status', 'reason'], patch: 'merge', patchKey: 'status' }),
  lastTransitionTime: field(3, time),
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
  nodeAllocatableResourceClaimStatuses: list(21, NodeAllocatableResourceClaimStatus, {
    keys: ['resourceClaimName'],
    patch: 'merge',
    patchKey: 'resourceClaimName',
  }),
  volumeHealth: list(22, PodVolumeHealth, { keys: ['name'] }),
}) {}
