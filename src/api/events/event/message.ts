import { EventSource } from '#api/core/event/message.ts'
import { ObjectReference } from '#api/core/references.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, microTime, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class EventSeries extends message('EventSeries', {
  count: required(1, int32),
  lastObservedTime: required(2, microTime),
}) {}

export class Event extends object('events.k8s.io/v1', 'Event', {
  metadata: required(1, ObjectMeta, { optional: true }),
  eventTime: required(2, microTime),
  series: optional(3, EventSeries),
  reportingController: field(4, string),
  reportingInstance: field(5, string),
  action: field(6, string),
  reason: field(7, string),
  regarding: field(8, ObjectReference),
  related: optional(9, ObjectReference),
  note: field(10, string),
  type: field(11, string),
  deprecatedSource: field(12, EventSource),
  deprecatedFirstTimestamp: field(13, time),
  deprecatedLastTimestamp: field(14, time),
  deprecatedCount: field(15, int32),
}) {}

export class EventList extends object('events.k8s.io/v1', 'EventList', {
  metadata: field(1, ListMeta),
  items: list(2, Event, { always: true }),
}) {}
