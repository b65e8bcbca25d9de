import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { Protocol } from '../protocol.ts'
import { ObjectReference } from '../references.ts'

export class EndpointAddress extends message(
  'EndpointAddress',
  {
    ip: required(1, string),
    hostname: field(3, string),
    nodeName: optional(4, string),
    targetRef: optional(2, ObjectReference),
  },
  { atomic: true },
) {}

export class EndpointPort extends message(
  'EndpointPort',
  {
    name: field(1, string),
    port: required(2, int32),
    protocol: field(3, Protocol),
    appProtocol: optional(4, string),
  },
  { atomic: true },
) {}

export class EndpointSubset extends message('EndpointSubset', {
  addresses: list(1, EndpointAddress, { list: 'atomic' }),
  notReadyAddresses: list(2, EndpointAddress, { list: 'atomic' }),
  ports: list(3, EndpointPort, { list: 'atomic' }),
}) {}

export class Endpoints extends object('v1', 'Endpoints', {
  metadata: field(1, ObjectMeta),
  subsets: list(2, EndpointSubset, { list: 'atomic' }),
}) {}

export class EndpointsList extends object('v1', 'EndpointsList', {
  metadata: field(1, ListMeta),
  items: list(2, Endpoints, { always: true }),
}) {}
