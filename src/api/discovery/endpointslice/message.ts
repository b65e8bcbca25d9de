import { Protocol } from '#api/core/protocol.ts'
import { ObjectReference } from '#api/core/references.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const AddressType = oneOf('IPv4', 'IPv6', 'FQDN')

class EndpointConditions extends message('EndpointConditions', {
  ready: optional(1, bool),
  serving: optional(2, bool),
  terminating: optional(3, bool),
}) {}

class ForZone extends message('ForZone', {
  name: required(1, string),
}) {}

class ForNode extends message('ForNode', {
  name: required(1, string),
}) {}

class EndpointHints extends message('EndpointHints', {
  forZones: list(1, ForZone, { list: 'atomic' }),
  forNodes: list(2, ForNode, { list: 'atomic' }),
}) {}

export class Endpoint extends message('Endpoint', {
  addresses: list(1, string, { list: 'set', always: true }),
  conditions: field(2, EndpointConditions),
  hostname: optional(3, string),
  targetRef: optional(4, ObjectReference),
  deprecatedTopology: map(5, string),
  nodeName: optional(6, string),
  zone: optional(7, string),
  hints: optional(8, EndpointHints),
}) {}

export class EndpointPort extends message(
  'EndpointPort',
  {
    name: optional(1, string),
    protocol: optional(2, Protocol),
    port: optional(3, int32),
    appProtocol: optional(4, string),
  },
  { atomic: true },
) {}

export class EndpointSlice extends object('discovery.k8s.io/v1', 'EndpointSlice', {
  metadata: field(1, ObjectMeta),
  addressType: required(4, AddressType),
  endpoints: list(2, Endpoint, { list: 'atomic', always: true, optional: true }),
  ports: list(3, EndpointPort, { list: 'atomic', always: true, optional: true }),
}) {}

export class EndpointSliceList extends object('discovery.k8s.io/v1', 'EndpointSliceList', {
  metadata: field(1, ListMeta),
  items: list(2, EndpointSlice, { always: true }),
}) {}
