import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import {
  bool,
  field,
  int32,
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
import { message, object } from '../group.ts'
import { Taint } from './taint.ts'

const NodePhase = oneOf('Pending', 'Running', 'Terminated')

class AttachedVolume extends message('AttachedVolume', {
  name: required(1, string),
  devicePath: required(2, string),
}) {}

class ConfigMapNodeConfigSource extends message('ConfigMapNodeConfigSource', {
  namespace: required(1, string),
  name: required(2, string),
  uid: field(3, string),
  resourceVersion: field(4, string),
  kubeletConfigKey: required(5, string),
}) {}

class ContainerImage extends message('ContainerImage', {
  names: list(1, string, { list: 'atomic', always: true, optional: true }),
  sizeBytes: field(2, int64),
}) {}

class DaemonEndpoint extends message('DaemonEndpoint', {
  Port: required(1, int32),
}) {}

class NodeConfigSource extends message('NodeConfigSource', {
  configMap: optional(2, ConfigMapNodeConfigSource),
}) {}

class NodeSpec extends message('NodeSpec', {
  podCIDR: field(1, string),
  podCIDRs: list(7, string, { list: 'set', patch: 'merge' }),
  providerID: field(3, string),
  unschedulable: field(4, bool),
  taints: list(5, Taint, { list: 'atomic' }),
  configSource: optional(6, NodeConfigSource),
  externalID: field(2, string),
}) {}

export class NodeCondition extends message('NodeCondition', {
  type: required(1, string),
  status: required(2, string),
  lastHeartbeatTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

export class NodeAddress extends message('NodeAddress', {
  type: required(1, string),
  address: required(2, string),
}) {}

class NodeDaemonEndpoints extends message('NodeDaemonEndpoints', {
  kubeletEndpoint: field(1, DaemonEndpoint),
}) {}

class NodeSwapStatus extends message('NodeSwapStatus', {
  capacity: optional(1, int64),
}) {}

export class NodeSystemInfo extends message('NodeSystemInfo', {
  machineID: required(1, string),
  systemUUID: required(2, string),
  bootID: required(3, string),
  kernelVersion: required(4, string),
  osImage: required(5, string),
  containerRuntimeVersion: required(6, string),
  kubeletVersion: required(7, string),
  kubeProxyVersion: required(8, string),
  operatingSystem: required(9, string),
  architecture: required(10, string),
  swap: optional(11, NodeSwapStatus),
}) {}

class NodeConfigStatus extends message('NodeConfigStatus', {
  assigned: optional(1, NodeConfigSource),
  active: optional(2, NodeConfigSource),
  lastKnownGood: optional(3, NodeConfigSource),
  error: field(4, string),
}) {}

class NodeRuntimeHandlerFeatures extends message('NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: optional(1, bool),
  userNamespaces: optional(2, bool),
}) {}

class NodeRuntimeHandler extends message('NodeRuntimeHandler', {
  name: required(1, string, { optional: true }),
  features: optional(2, NodeRuntimeHandlerFeatures),
}) {}

class NodeFeatures extends message('NodeFeatures', {
  supplementalGroupsPolicy: optional(1, bool),
}) {}

class NodeStatus extends message('NodeStatus', {
  capacity: map(1, quantity),
  allocatable: map(2, quantity),
  phase: field(3, NodePhase),
  conditions: list(4, NodeCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  addresses: list(5, NodeAddress, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  daemonEndpoints: field(6, NodeDaemonEndpoints),
  nodeInfo: field(7, NodeSystemInfo),
  images: list(8, ContainerImage, { list: 'atomic' }),
  volumesInUse: list(9, string, { list: 'atomic' }),
  volumesAttached: list(10, AttachedVolume, { list: 'atomic' }),
  config: optional(11, NodeConfigStatus),
  runtimeHandlers: list(12, NodeRuntimeHandler, { list: 'atomic' }),
  features: optional(13, NodeFeatures),
  declaredFeatures: list(14, string, { list: 'atomic' }),
}) {}

export class Node extends object('v1', 'Node', {
  metadata: field(1, ObjectMeta),
  spec: field(2, NodeSpec),
  status: field(3, NodeStatus),
}) {}

export class NodeList extends object('v1', 'NodeList', {
  metadata: field(1, ListMeta),
  items: list(2, Node, { always: true }),
}) {}

export class NodeProxyOptions extends object('v1', 'NodeProxyOptions', {
  path: field(1, string),
}) {}
