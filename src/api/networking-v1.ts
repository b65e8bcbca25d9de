import {
  field,
  type Infer,
  inline,
  int32,
  intOrString,
  kind,
  list,
  message,
  oneOf,
  optional,
  required,
  string,
} from '#schema/schema.ts'
import { Protocol, TypedLocalObjectReference } from './core-v1.ts'
import { Condition, LabelSelector, ListMeta, ObjectMeta } from './meta-v1.ts'

export const PathType = oneOf('Exact', 'Prefix', 'ImplementationSpecific')
export type PathType = Infer<typeof PathType>
export const PolicyType = oneOf('Ingress', 'Egress')
export type PolicyType = Infer<typeof PolicyType>

export class ServiceBackendPort extends message(
  'ServiceBackendPort',
  {
    name: field(1, string),
    number: field(2, int32),
  },
  { atomic: true },
) {}

export class IngressServiceBackend extends message('IngressServiceBackend', {
  name: required(1, string),
  port: field(2, ServiceBackendPort),
}) {}

export class IngressBackend extends message('IngressBackend', {
  service: optional(4, IngressServiceBackend),
  resource: optional(3, TypedLocalObjectReference),
}) {}

export class HTTPIngressPath extends message('HTTPIngressPath', {
  path: field(1, string),
  pathType: optional(3, PathType, { always: true }),
  backend: required(2, IngressBackend),
}) {}

export class HTTPIngressRuleValue extends message('HTTPIngressRuleValue', {
  paths: list(1, HTTPIngressPath, { list: 'atomic', always: true }),
}) {}

export class ParentReference extends message('ParentReference', {
  group: field(1, string),
  resource: field(2, string),
  namespace: field(3, string),
  name: field(4, string),
}) {}

export class IPAddressSpec extends message('IPAddressSpec', {
  parentRef: optional(1, ParentReference),
}) {}

export class IPAddress extends kind('networking.k8s.io/v1', 'IPAddress', {
  metadata: field(1, ObjectMeta),
  spec: field(2, IPAddressSpec),
}) {}

export class IPAddressList extends kind('networking.k8s.io/v1', 'IPAddressList', {
  metadata: field(1, ListMeta),
  items: list(2, IPAddress, { always: true }),
}) {}

export class IPBlock extends message('IPBlock', {
  cidr: required(1, string),
  except: list(2, string, { list: 'atomic' }),
}) {}

export class IngressTLS extends message('IngressTLS', {
  hosts: list(1, string, { list: 'atomic' }),
  secretName: field(2, string),
}) {}

export class IngressRuleValue extends message('IngressRuleValue', {
  http: optional(1, HTTPIngressRuleValue),
}) {}

export class IngressRule extends message('IngressRule', {
  host: field(1, string),
  ingressRuleValue: inline(2, IngressRuleValue),
}) {}

export class IngressSpec extends message('IngressSpec', {
  ingressClassName: optional(4, string),
  defaultBackend: optional(1, IngressBackend),
  tls: list(2, IngressTLS, { list: 'atomic' }),
  rules: list(3, IngressRule, { list: 'atomic' }),
}) {}

export class IngressPortStatus extends message('IngressPortStatus', {
  port: required(1, int32),
  protocol: required(2, Protocol),
  error: optional(3, string),
}) {}

export class IngressLoadBalancerIngress extends message('IngressLoadBalancerIngress', {
  ip: field(1, string),
  hostname: field(2, string),
  ports: list(4, IngressPortStatus, { list: 'atomic' }),
}) {}

export class IngressLoadBalancerStatus extends message('IngressLoadBalancerStatus', {
  ingress: list(1, IngressLoadBalancerIngress, { list: 'atomic' }),
}) {}

export class IngressStatus extends message('IngressStatus', {
  loadBalancer: field(1, IngressLoadBalancerStatus),
}) {}

export class Ingress extends kind('networking.k8s.io/v1', 'Ingress', {
  metadata: field(1, ObjectMeta),
  spec: field(2, IngressSpec),
  status: field(3, IngressStatus),
}) {}

export class IngressClassParametersReference extends message('IngressClassParametersReference', {
  apiGroup: optional(1, string, { proto: 'aPIGroup' }),
  kind: required(2, string),
  name: required(3, string),
  scope: optional(4, string, { always: true, optional: true }),
  namespace: optional(5, string),
}) {}

export class IngressClassSpec extends message('IngressClassSpec', {
  controller: field(1, string),
  parameters: optional(2, IngressClassParametersReference),
}) {}

export class IngressClass extends kind('networking.k8s.io/v1', 'IngressClass', {
  metadata: field(1, ObjectMeta),
  spec: field(2, IngressClassSpec),
}) {}

export class IngressClassList extends kind('networking.k8s.io/v1', 'IngressClassList', {
  metadata: field(1, ListMeta),
  items: list(2, IngressClass, { always: true }),
}) {}

export class IngressList extends kind('networking.k8s.io/v1', 'IngressList', {
  metadata: field(1, ListMeta),
  items: list(2, Ingress, { always: true }),
}) {}

export class NetworkPolicyPort extends message('NetworkPolicyPort', {
  protocol: optional(1, Protocol),
  port: optional(2, intOrString),
  endPort: optional(3, int32),
}) {}

export class NetworkPolicyPeer extends message('NetworkPolicyPeer', {
  podSelector: optional(1, LabelSelector),
  namespaceSelector: optional(2, LabelSelector),
  ipBlock: optional(3, IPBlock),
}) {}

export class NetworkPolicyIngressRule extends message('NetworkPolicyIngressRule', {
  ports: list(1, NetworkPolicyPort, { list: 'atomic' }),
  from: list(2, NetworkPolicyPeer, { list: 'atomic' }),
}) {}

export class NetworkPolicyEgressRule extends message('NetworkPolicyEgressRule', {
  ports: list(1, NetworkPolicyPort, { list: 'atomic' }),
  to: list(2, NetworkPolicyPeer, { list: 'atomic' }),
}) {}

export class NetworkPolicySpec extends message('NetworkPolicySpec', {
  podSelector: required(1, LabelSelector, { optional: true }),
  ingress: list(2, NetworkPolicyIngressRule, { list: 'atomic' }),
  egress: list(3, NetworkPolicyEgressRule, { list: 'atomic' }),
  policyTypes: list(4, PolicyType, { list: 'atomic' }),
}) {}

export class NetworkPolicy extends kind('networking.k8s.io/v1', 'NetworkPolicy', {
  metadata: field(1, ObjectMeta),
  spec: field(2, NetworkPolicySpec),
}) {}

export class NetworkPolicyList extends kind('networking.k8s.io/v1', 'NetworkPolicyList', {
  metadata: field(1, ListMeta),
  items: list(2, NetworkPolicy, { always: true }),
}) {}

export class ServiceCIDRSpec extends message('ServiceCIDRSpec', {
  cidrs: list(1, string, { list: 'atomic' }),
}) {}

export class ServiceCIDRStatus extends message('ServiceCIDRStatus', {
  conditions: list(1, Condition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ServiceCIDR extends kind('networking.k8s.io/v1', 'ServiceCIDR', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ServiceCIDRSpec),
  status: field(3, ServiceCIDRStatus),
}) {}

export class ServiceCIDRList extends kind('networking.k8s.io/v1', 'ServiceCIDRList', {
  metadata: field(1, ListMeta),
  items: list(2, ServiceCIDR, { always: true }),
}) {}
