import { Protocol } from '#api/core/protocol.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, intOrString, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const PolicyType = oneOf('Ingress', 'Egress')

export class IPBlock extends message('IPBlock', {
  cidr: required(1, string),
  except: list(2, string, { list: 'atomic' }),
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

class NetworkPolicyIngressRule extends message('NetworkPolicyIngressRule', {
  ports: list(1, NetworkPolicyPort, { list: 'atomic' }),
  from: list(2, NetworkPolicyPeer, { list: 'atomic' }),
}) {}

class NetworkPolicyEgressRule extends message('NetworkPolicyEgressRule', {
  ports: list(1, NetworkPolicyPort, { list: 'atomic' }),
  to: list(2, NetworkPolicyPeer, { list: 'atomic' }),
}) {}

class NetworkPolicySpec extends message('NetworkPolicySpec', {
  podSelector: required(1, LabelSelector, { optional: true }),
  ingress: list(2, NetworkPolicyIngressRule, { list: 'atomic' }),
  egress: list(3, NetworkPolicyEgressRule, { list: 'atomic' }),
  policyTypes: list(4, PolicyType, { list: 'atomic' }),
}) {}

export class NetworkPolicy extends object('networking.k8s.io/v1', 'NetworkPolicy', {
  metadata: field(1, ObjectMeta),
  spec: field(2, NetworkPolicySpec),
}) {}

export class NetworkPolicyList extends object('networking.k8s.io/v1', 'NetworkPolicyList', {
  metadata: field(1, ListMeta),
  items: list(2, NetworkPolicy, { always: true }),
}) {}
