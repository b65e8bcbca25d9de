import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, microTime, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { ObjectReference } from '../references.ts'

export class EventSource extends message('EventSource', {
  component: field(1, string),
  host: field(2, string),
}) {}

class EventSeries extends message('EventSeries', {
  count: field(1, int32),
  lastObservedTime: field(2, microTime),
}) {}

export class Event extends object('v1', 'Event', {
  metadata: required(1, ObjectMeta),
  involvedObject: required(2, ObjectReference),
  reason: field(3, string),
  message: field(4, string),
  source: field(5, EventSource),
  firstTimestamp: field(6, time),
  lastTimestamp: field(7, time),
  count: field(8, int32),
  type: field(9, string),
  eventTime: field(10, microTime),
  series: optional(11, EventSeries),
  action: field(12, string),
  related: optional(13, ObjectReference),
  reportingComponent: required(14, string, { optional: true }),
  reportingInstance: required(15, string, { optional: true }),
}) {}

export class EventList extends object('v1', 'EventList', {
  metadata: field(1, ListMeta),
  items: list(2, Event, { always: true }),
}) {}
