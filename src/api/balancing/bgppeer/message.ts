import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, int64, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class SecretName extends message('SecretName', {
  name: required(1, string),
  namespace: field(2, string),
}) {}

export class BGPPeerSpec extends message('BGPPeerSpec', {
  myASN: required(1, int64),
  peerASN: optional(2, int64),
  dynamicASN: field(3, oneOf('internal', 'external')),
  localASN: optional(4, int64),
  peerAddress: field(5, string),
  interface: field(6, string),
  sourceAddress: field(7, string),
  peerPort: optional(8, int32),
  holdTime: field(9, string),
  keepaliveTime: field(10, string),
  connectTime: field(11, string),
  routerID: field(12, string),
  nodeSelectors: list(13, LabelSelector, { list: 'atomic' }),
  password: field(14, string),
  passwordSecret: optional(15, SecretName),
  enableGracefulRestart: optional(16, bool),
  ebgpMultiHop: field(17, bool),
  vrf: field(18, string),
  disableMP: field(19, bool),
  dualStackAddressFamily: field(20, bool),
}) {}

export class BGPPeer extends object('fairlead.dev/v1alpha1', 'BGPPeer', {
  metadata: field(1, ObjectMeta),
  spec: required(2, BGPPeerSpec),
}) {}

export class BGPPeerList extends object('fairlead.dev/v1alpha1', 'BGPPeerList', {
  metadata: field(1, ListMeta),
  items: list(2, BGPPeer, { always: true }),
}) {}
