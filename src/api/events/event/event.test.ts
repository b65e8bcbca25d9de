import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesFields, parseFieldSelector } from '#api/selectors/field-selector.ts'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'
import { decodeProtobuf } from '#schema/protobuf.ts'
import { encodeProtobuf } from '#schema/testing/protobuf.ts'
import { fromCore, toCore } from './conversion.ts'
import { event as kind } from './kind.ts'
import { Event } from './message.ts'

const event = (more: object = {}): any => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'n' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/c',
  reportingInstance: 'c-1',
  action: 'Binding',
  reason: 'Scheduled',
  regarding: { kind: 'Pod', namespace: 'n', name: 'p' },
  note: 'Bound.',
  type: 'Normal',
  ...more,
})

test('an Event of events.k8s.io is one of the core group under other names, and comes back as it was', () => {
  const all = event({
    series: { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' },
    related: { kind: 'Node', name: 'n' },
    deprecatedSource: { component: 'kubelet' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:01Z',
    deprecatedCount: 3,
  })
  const stored: any = toCore(all)
  assert.deepEqual(
    [stored.apiVersion, stored.message, stored.involvedObject, stored.reportingComponent, stored.source, stored.count],
    ['v1', 'Bound.', all.regarding, 'example.com/c', { component: 'kubelet' }, 3],
  )
  assert.deepEqual([stored.series, stored.related, stored.reason], [all.series, all.related, 'Scheduled'])
  assert.deepEqual(fromCore(stored), all)
  const wire: any = decodeProtobuf(Event, encodeProtobuf(Event, all)).object
  assert.deepEqual([wire.note, wire.regarding.name, wire.deprecatedCount], ['Bound.', 'p', 3])
})

test('whoever writes an Event of events.k8s.io writes all of it, and nothing of the older form', () => {
  assert.deepEqual(refusals(event()), [])
  assert.deepEqual(refusals(event({ eventTime: undefined })), ['eventTime: Required value'])
  assert.deepEqual(refusals(event({ type: 'Bad' })), ['type: Invalid value: "": has invalid value: Bad'])
  assert.deepEqual(refusals(event({ reportingController: '/b' })), [
    'reportingController: Invalid value: "/b": prefix part must be non-empty',
  ])
  assert.deepEqual(refusals(event({ series: { count: 1 } })), [
    'series.count: Invalid value: "": should be at least 2',
    'series.lastObservedTime: Required value',
  ])
  const old = {
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
    deprecatedCount: 1,
    deprecatedSource: { host: 'h' },
  }
  assert.deepEqual(
    refusals(event(old)),
    ['firstTimestamp', 'lastTimestamp', 'count', 'source'].map(
      (field) => `${field}: Invalid value: "": needs to be unset`,
    ),
  )
})

test('nothing of an Event of events.k8s.io changes but its series', () => {
  const refused = (change: (object: any) => void): readonly string[] => refusedChange(event(), change)
  const lastObservedTime = '2026-01-01T00:01:00.000000Z'
  const goesOn = (count: number) => (object: any) => {
    object.series = { count, lastObservedTime }
  }
  assert.deepEqual(refused(goesOn(2)), [])
  assert.deepEqual(refused(goesOn(1)), ['series.count: Invalid value: "": should be at least 2'])
  assert.deepEqual(
    refused((object) => {
      object.note = 'Other.'
      object.reportingController = 'example.com/d'
    }),
    [
      'message: Invalid value: "Other.": field is immutable',
      'reportingController: Invalid value: "example.com/d": field is immutable',
    ],
  )
})

test('an Event is printed and selected as one of the core group is, by its own names', () => {
  assert.deepEqual(rowOf(event()).slice(1, 4), ['Normal', 'Scheduled', 'pod/p'])
  const matches = (selector: string): boolean => matchesFields(kind, parseFieldSelector(kind, selector), event())
  assert.ok(matches('regarding.kind=Pod,reportingController=example.com/c,type=Normal,metadata.name=e'))
  assert.ok(!matches('regarding.name=q'))
  assert.throws(() => matches('involvedObject.kind=Pod'))
})
