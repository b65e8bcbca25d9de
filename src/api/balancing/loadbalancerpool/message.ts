import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, int64, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class ServiceAllocation extends message('ServiceAllocation', {
  priority: field(1, int32),
  namespaces: list(2, string, { list: 'atomic' }),
  namespaceSelectors: list(3, LabelSelector, { list: 'atomic' }),
  serviceSelectors: list(4, LabelSelector, { list: 'atomic' }),
}) {}

export class PreferredNodeSelector extends message('PreferredNodeSelector', {
  weight: required(1, int32),
  preference: required(2, LabelSelector),
}) {}

export class L2Announcement extends message('L2Announcement', {
  nodeSelectors: list(1, LabelSelector, { list: 'atomic' }),
  serviceSelectors: list(2, LabelSelector, { list: 'atomic' }),
  interfaces: list(3, string, { list: 'atomic' }),
  preferredNodeSelectors: list(4, PreferredNodeSelector, { list: 'atomic' }),
}) {}

export class BGPAnnouncement extends message('BGPAnnouncement', {
  nodeSelectors: list(1, LabelSelector, { list: 'atomic' }),
  serviceSelectors: list(2, LabelSelector, { list: 'atomic' }),
  aggregationLength: optional(3, int32),
  aggregationLengthV6: optional(4, int32),
  localPref: optional(5, int64),
  communities: list(6, string, { list: 'atomic' }),
  peers: list(7, string, { list: 'atomic' }),
}) {}

export class LoadBalancerPoolSpec extends message('LoadBalancerPoolSpec', {
  addresses: list(1, string, { list: 'atomic', required: true }),
  autoAssign: optional(2, bool),
  avoidBuggyIPs: field(3, bool),
  serviceAllocation: optional(4, ServiceAllocation),
  l2: list(5, L2Announcement, { list: 'atomic' }),
  bgp: list(6, BGPAnnouncement, { list: 'atomic' }),
}) {}

export class LoadBalancerPool extends object('fairlead.dev/v1alpha1', 'LoadBalancerPool', {
  metadata: field(1, ObjectMeta),
  spec: required(2, LoadBalancerPoolSpec),
}) {}

export class LoadBalancerPoolList extends object('fairlead.dev/v1alpha1', 'LoadBalancerPoolList', {
  metadata: field(1, ListMeta),
  items: list(2, LoadBalancerPool, { always: true }),
}) {}
