import { Condition } from '#api/meta/condition.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, intOrString, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { Protocol } from '../protocol.ts'

const ServiceType = oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName')
const ServiceAffinity = oneOf('ClientIP', 'None')
const ServiceExternalTrafficPolicy = oneOf('Cluster', 'Local')
const IPFamily = oneOf('IPv4', 'IPv6', '')
const IPFamilyPolicy = oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack')
const ServiceInternalTrafficPolicy = oneOf('Cluster', 'Local')

class ClientIPConfig extends message('ClientIPConfig', {
  timeoutSeconds: optional(1, int32),
}) {}

class PortStatus extends message('PortStatus', {
  port: required(1, int32),
  protocol: required(2, Protocol),
  error: optional(3, string),
}) {}

export class LoadBalancerIngress extends message('LoadBalancerIngress', {
  ip: field(1, string),
  hostname: field(2, string),
  ipMode: optional(3, string),
  ports: list(4, PortStatus, { list: 'atomic' }),
}) {}

class LoadBalancerStatus extends message('LoadBalancerStatus', {
  ingress: list(1, LoadBalancerIngress, { list: 'atomic' }),
}) {}

export class ServicePort extends message('ServicePort', {
  name: field(1, string),
  protocol: field(2, Protocol, { default: 'TCP' }),
  appProtocol: optional(6, string),
  port: required(3, int32),
  targetPort: field(4, intOrString),
  nodePort: field(5, int32),
}) {}

class SessionAffinityConfig extends message('SessionAffinityConfig', {
  clientIP: optional(1, ClientIPConfig),
}) {}

export class ServiceSpec extends message('ServiceSpec', {
  ports: list(1, ServicePort, { keys: ['port', 'protocol'], patch: 'merge', patchKey: 'port' }),
  selector: map(2, string, { atomic: true }),
  clusterIP: field(3, string),
  clusterIPs: list(18, string, { list: 'atomic' }),
  type: field(4, ServiceType),
  externalIPs: list(5, string, { list: 'atomic' }),
  sessionAffinity: field(7, ServiceAffinity),
  loadBalancerIP: field(8, string),
  loadBalancerSourceRanges: list(9, string, { list: 'atomic' }),
  externalName: field(10, string),
  externalTrafficPolicy: field(11, ServiceExternalTrafficPolicy),
  healthCheckNodePort: field(12, int32),
  publishNotReadyAddresses: field(13, bool),
  sessionAffinityConfig: optional(14, SessionAffinityConfig),
  ipFamilies: list(19, IPFamily, { list: 'atomic' }),
  ipFamilyPolicy: optional(17, IPFamilyPolicy),
  allocateLoadBalancerNodePorts: optional(20, bool),
  loadBalancerClass: optional(21, string),
  internalTrafficPolicy: optional(22, ServiceInternalTrafficPolicy),
  trafficDistribution: optional(23, string),
}) {}

class ServiceStatus extends message('ServiceStatus', {
  loadBalancer: field(1, LoadBalancerStatus),
  conditions: list(2, Condition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class Service extends object('v1', 'Service', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ServiceSpec),
  status: field(3, ServiceStatus),
}) {}

export class ServiceList extends object('v1', 'ServiceList', {
  metadata: field(1, ListMeta),
  items: list(2, Service, { always: true }),
}) {}

export class ServiceProxyOptions extends object('v1', 'ServiceProxyOptions', {
  path: field(1, string),
}) {}
