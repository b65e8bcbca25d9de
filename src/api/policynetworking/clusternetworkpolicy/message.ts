import { Condition } from '#api/meta/condition.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const Tier = oneOf('Admin', 'Baseline')
const Action = oneOf('Accept', 'Deny', 'Pass')

class PortRange extends message('PortRange', {
  start: required(1, int32),
  end: required(2, int32),
}) {}

export class Port extends message('Port', {
  number: optional(1, int32),
  range: optional(2, PortRange),
}) {}

class ProtocolTCP extends message('ClusterNetworkPolicyProtocolTCP', {
  destinationPort: optional(1, Port),
}) {}

class ProtocolUDP extends message('ClusterNetworkPolicyProtocolUDP', {
  destinationPort: optional(1, Port),
}) {}

class ProtocolSCTP extends message('ClusterNetworkPolicyProtocolSCTP', {
  destinationPort: optional(1, Port),
}) {}

export class ClusterNetworkPolicyProtocol extends message('ClusterNetworkPolicyProtocol', {
  tcp: optional(1, ProtocolTCP),
  udp: optional(2, ProtocolUDP),
  sctp: optional(3, ProtocolSCTP),
  destinationNamedPort: optional(4, string),
}) {}

export class NamespacedPod extends message('NamespacedPod', {
  namespaceSelector: required(1, LabelSelector),
  podSelector: required(2, LabelSelector),
}) {}

class ClusterNetworkPolicySubject extends message('ClusterNetworkPolicySubject', {
  namespaces: optional(1, LabelSelector),
  pods: optional(2, NamespacedPod),
}) {}

class IngressPeer extends message('ClusterNetworkPolicyIngressPeer', {
  namespaces: optional(1, LabelSelector),
  pods: optional(2, NamespacedPod),
}) {}

/** Of ingress rules the first two fields alone. */
export class ClusterNetworkPolicyPeer extends message('ClusterNetworkPolicyEgressPeer', {
  namespaces: optional(1, LabelSelector),
  pods: optional(2, NamespacedPod),
  nodes: optional(3, LabelSelector),
  networks: list(4, string, { list: 'set' }),
  domainNames: list(5, string, { list: 'set' }),
}) {}

class IngressRule extends message('ClusterNetworkPolicyIngressRule', {
  name: optional(1, string),
  action: required(2, Action),
  from: list(3, IngressPeer, { list: 'atomic' }),
  protocols: list(4, ClusterNetworkPolicyProtocol, { list: 'atomic' }),
}) {}

class EgressRule extends message('ClusterNetworkPolicyEgressRule', {
  name: optional(1, string),
  action: required(2, Action),
  to: list(3, ClusterNetworkPolicyPeer, { list: 'atomic' }),
  protocols: list(4, ClusterNetworkPolicyProtocol, { list: 'atomic' }),
}) {}

class ClusterNetworkPolicySpec extends message('ClusterNetworkPolicySpec', {
  tier: required(1, Tier),
  priority: required(2, int32),
  subject: required(3, ClusterNetworkPolicySubject),
  ingress: list(4, IngressRule, { list: 'atomic' }),
  egress: list(5, EgressRule, { list: 'atomic' }),
}) {}

class ClusterNetworkPolicyStatus extends message('ClusterNetworkPolicyStatus', {
  conditions: list(1, Condition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ClusterNetworkPolicy extends object('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ClusterNetworkPolicySpec),
  status: field(3, ClusterNetworkPolicyStatus),
}) {}

export class ClusterNetworkPolicyList extends object('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicyList', {
  metadata: field(1, ListMeta),
  items: list(2, ClusterNetworkPolicy, { always: true }),
}) {}
