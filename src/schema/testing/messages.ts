import {
  bool,
  bytes,
  declarations,
  double,
  field,
  fieldsV1,
  inline,
  int32,
  int64,
  intOrString,
  json,
  list,
  map,
  microTime,
  oneOf,
  optional,
  quantity,
  rawExtension,
  ref,
  required,
  string,
  strings,
  time,
} from '../schema.ts'

/* Messages for the tests of this room: small kinds of the shapes that Kubernetes has, and one field of every sort. */
const { message, object } = declarations('test.v1')

class ObjectMeta extends message('ObjectMeta', {
  name: field(1, string),
  namespace: field(3, string),
  generation: field(7, int64),
  creationTimestamp: field(8, time, { omitZero: true }),
  deletionTimestamp: optional(9, time),
  deletionGracePeriodSeconds: optional(10, int64),
  labels: map(11, string),
  annotations: map(12, string),
  finalizers: list(14, string, { list: 'set', patch: 'merge' }),
}) {}

class ServicePort extends message('ServicePort', {
  name: field(1, string),
  protocol: field(2, oneOf('TCP', 'UDP'), { default: 'TCP' }),
  port: required(3, int32),
  targetPort: field(4, intOrString),
  nodePort: field(5, int32),
}) {}
class ServiceSpec extends message('ServiceSpec', {
  ports: list(1, ServicePort, { keys: ['port', 'protocol'], patch: 'merge', patchKey: 'port' }),
  selector: map(2, string, { atomic: true }),
  clusterIP: field(3, string),
  type: field(4, string),
  externalIPs: list(5, string, { list: 'atomic' }),
  loadBalancerClass: optional(21, string),
}) {}
class LoadBalancerStatus extends message('LoadBalancerStatus', { ingress: list(1, string, { list: 'atomic' }) }) {}
class ServiceStatus extends message('ServiceStatus', { loadBalancer: field(1, LoadBalancerStatus) }) {}
export class Service extends object('v1', 'Service', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ServiceSpec),
  status: field(3, ServiceStatus),
}) {}

class HTTPGetAction extends message('HTTPGetAction', { path: field(1, string), port: required(2, intOrString) }) {}
class ProbeHandler extends message('ProbeHandler', { httpGet: optional(2, HTTPGetAction) }) {}
export class Probe extends message('Probe', { handler: inline(1, ProbeHandler), periodSeconds: field(4, int32) }) {}
class EnvVar extends message('EnvVar', { name: required(1, string), value: field(2, string) }) {}
class ContainerPort extends message('ContainerPort', {
  containerPort: required(3, int32),
  protocol: field(4, string, { default: 'TCP' }),
}) {}
class Container extends message('Container', {
  name: required(1, string),
  args: list(4, string, { list: 'atomic' }),
  ports: list(6, ContainerPort, {
    keys: ['containerPort', 'protocol'],
    patch: 'merge',
    patchKey: 'containerPort',
  }),
  env: list(7, EnvVar, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  limits: map(8, quantity),
  readinessProbe: optional(11, Probe),
}) {}
class HostPath extends message('HostPath', { path: required(1, string) }) {}
class EmptyDir extends message('EmptyDir', { medium: field(1, string) }) {}
class VolumeSource extends message('VolumeSource', {
  hostPath: optional(1, HostPath),
  emptyDir: optional(2, EmptyDir),
}) {}
class Volume extends message('Volume', { name: required(1, string), volumeSource: inline(2, VolumeSource) }) {}
class HostAlias extends message('HostAlias', {
  ip: required(1, string),
  hostnames: list(2, string, { list: 'atomic' }),
}) {}
class PodSpec extends message('PodSpec', {
  volumes: list(1, Volume, { keys: ['name'], patch: 'merge,retainKeys', patchKey: 'name' }),
  containers: list(2, Container, { keys: ['name'], patch: 'merge', patchKey: 'name', always: true }),
  hostAliases: list(23, HostAlias, { keys: ['ip'], patch: 'merge', patchKey: 'ip' }),
}) {}
export class Pod extends object('v1', 'Pod', { metadata: field(1, ObjectMeta), spec: field(2, PodSpec) }) {}
export class PodList extends object('v1', 'PodList', { items: list(2, Pod, { always: true }) }) {}

class PodTemplate extends message('PodTemplate', { spec: field(2, PodSpec) }) {}
class RollingUpdate extends message('RollingUpdate', { maxSurge: optional(2, intOrString) }) {}
class Strategy extends message('Strategy', {
  type: field(1, string),
  rollingUpdate: optional(2, RollingUpdate),
}) {}
class DeploymentSpec extends message('DeploymentSpec', {
  template: required(3, PodTemplate),
  strategy: field(4, Strategy, { patch: 'retainKeys' }),
}) {}
export class Deployment extends object('apps/v1', 'Deployment', { spec: field(2, DeploymentSpec) }) {}

class NodeAddress extends message('NodeAddress', { type: required(1, string), address: required(2, string) }) {}
class NodeStatus extends message('NodeStatus', {
  addresses: list(5, NodeAddress, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}
export class Node extends object('v1', 'Node', { status: field(3, NodeStatus) }) {}

/** What is connected to, and text that is read. */
export class PodExecOptions extends object('v1', 'PodExecOptions', {
  stdin: field(1, bool),
  stdout: field(2, bool),
  stderr: field(3, bool),
  tty: field(4, bool),
  container: field(5, string),
  command: list(6, string),
}) {}
export class PodLogOptions extends object('v1', 'PodLogOptions', {
  container: field(1, string),
  follow: field(2, bool),
  previous: field(3, bool),
  sinceSeconds: optional(4, int64),
  timestamps: field(6, bool),
  tailLines: optional(7, int64),
  limitBytes: optional(8, int64),
}) {}
export class PodProxyOptions extends object('v1', 'PodProxyOptions', { path: field(1, string) }) {}

/** It holds itself. */
export class Nested extends message('Nested', { not: optional(28, ref<Nested>('Nested')) }) {}

/** A field of every type, and lists and maps of messages. */
export class Everything extends object('test/v1', 'Everything', {
  text: field(1, string),
  flag: field(2, bool),
  small: field(3, int32),
  large: field(4, int64),
  real: field(5, double),
  bytes: field(6, bytes),
  when: field(7, time),
  exactly: field(8, microTime),
  size: field(10, quantity),
  port: field(11, intOrString),
  raw: field(12, rawExtension),
  json: optional(13, json),
  managed: optional(14, fieldsV1),
  words: field(15, strings),
  numbers: list(16, int32),
  parts: list(17, EnvVar),
  byName: map(18, EnvVar),
  blobs: map(19, bytes),
}) {}
export class EverythingList extends object('test/v1', 'EverythingList', {
  items: list(2, Everything, { always: true }),
}) {}
