import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WAITING } from '#api/gatewayapi/shared/limits.ts'
import { mergedStatus } from './desired-status.ts'
import { withoutOurs } from './without-ours.ts'

type Loose = any
const THEN = '2026-01-01T00:00:00Z'
const NOW = '2026-02-02T00:00:00Z'
const OURS = 'fairlead.dev/gateway-controller'
const condition = (type: string, status: string, more: object = {}) => ({
  type,
  status,
  reason: type,
  message: '',
  ...more,
})
const stamped = (type: string, status: string, lastTransitionTime: string, observedGeneration = 2) =>
  condition(type, status, { lastTransitionTime, observedGeneration })
const merge = (current: object | undefined, status: object): Loose =>
  mergedStatus(current as Loose, { status, generation: 2 }, NOW)

test('a condition keeps the time since when it is so while its status is the same, and says of which generation it is', () => {
  const before = { conditions: [stamped('Accepted', 'True', THEN, 1), stamped('Programmed', 'False', THEN, 1)] }
  const wanted = { conditions: [condition('Accepted', 'True', { message: 'again' }), condition('Programmed', 'True')] }
  assert.deepEqual(merge(before, wanted).conditions, [
    { ...stamped('Accepted', 'True', THEN), message: 'again' },
    stamped('Programmed', 'True', NOW),
  ])
})

test('while an older generation is served what was true of it stands, and what was not is said of this one', () => {
  const older = condition('Programmed', 'False', { isOlder: true })
  const before = { conditions: [stamped('Programmed', 'True', THEN, 1)] }
  assert.deepEqual(merge(before, { conditions: [older] }), before)
  const never = { conditions: [stamped('Programmed', 'False', THEN, 1)] }
  assert.deepEqual(merge(never, { conditions: [older] }).conditions, [stamped('Programmed', 'False', THEN)])
})

test('what is so already is the very same status', () => {
  const before = { conditions: [stamped('Accepted', 'True', THEN)], addresses: [{ value: '10.0.0.1' }] }
  const wanted = { conditions: [condition('Accepted', 'True')], addresses: [{ value: '10.0.0.1' }] }
  assert.equal(merge(before, wanted), before)
})

test('conditions of others stay, and ours that are not wanted any more go', () => {
  const theirs = stamped('Paused', 'True', THEN)
  const before = { conditions: [theirs, stamped('Conflicted', 'True', THEN)], other: 1 }
  assert.deepEqual(merge(before, { conditions: [condition('Accepted', 'True')] }), {
    conditions: [theirs, stamped('Accepted', 'True', NOW)],
    other: 1,
  })
})

test('each listener keeps the times of its own conditions, whatever order they come in', () => {
  const listener = (name: string, conditions: object[]) => ({ name, attachedRoutes: 1, conditions })
  const before = {
    listeners: [
      listener('a', [stamped('Accepted', 'True', THEN)]),
      listener('gone', [stamped('Accepted', 'True', THEN)]),
      listener('b', [stamped('Accepted', 'False', THEN)]),
    ],
  }
  const wanted = {
    listeners: [listener('b', [condition('Accepted', 'True')]), listener('a', [condition('Accepted', 'True')])],
  }
  assert.deepEqual(merge(before, wanted).listeners, [
    listener('b', [stamped('Accepted', 'True', NOW)]),
    listener('a', [stamped('Accepted', 'True', THEN)]),
  ])
})

test('of a route the entries of other controllers stay as they are, and ours are those of its parents now', () => {
  const entry = (controllerName: string, name: string, conditions: object[]) => ({
    controllerName,
    parentRef: { name },
    conditions,
  })
  const theirs = entry('example.com/other', 'a', [stamped('Odd', 'True', THEN, 1)])
  const before = {
    parents: [
      entry(OURS, 'gone', [stamped('Accepted', 'True', THEN)]),
      theirs,
      entry(OURS, 'a', [stamped('Accepted', 'True', THEN, 1)]),
    ],
  }
  const wanted = { parents: [entry(OURS, 'a', [condition('Accepted', 'True')])] }
  assert.deepEqual(merge(before, wanted).parents, [theirs, entry(OURS, 'a', [stamped('Accepted', 'True', THEN)])])
  assert.deepEqual(withoutOurs({ status: before }), { parents: [theirs] })
  assert.equal(withoutOurs({ status: { parents: [theirs] } }), undefined)
  assert.equal(withoutOurs({}), undefined)
})

test('of a Gateway that is let go all that this controller has written goes, and what others have written stays', () => {
  const mine = {
    'f:addresses': {},
    'f:conditions': { 'k:{"type":"Accepted"}': { 'f:status': {} }, 'k:{"type":"Programmed"}': { 'f:status': {} } },
    'f:listeners': { 'k:{"name":"a"}': { '.': {} }, 'k:{"name":"b"}': { '.': {} } },
  }
  const theirs = {
    'f:conditions': { 'k:{"type":"Programmed"}': { 'f:reason': {} }, 'k:{"type":"Paused"}': { 'f:status': {} } },
    'f:listeners': { 'k:{"name":"b"}': { 'f:attachedRoutes': {} } },
  }
  const status = {
    addresses: [{ value: '10.0.0.1' }],
    conditions: ['Accepted', 'Programmed', 'Paused'].map((type) => stamped(type, 'True', THEN)),
    listeners: [{ name: 'a' }, { name: 'b' }],
  }
  const entry = (manager: string, fields: object) => ({ manager, fieldsV1: { 'f:status': fields } })
  const managedFields = [entry('fairlead-gateway-controller', mine), entry('other', theirs)] as Loose
  assert.deepEqual(withoutOurs({ metadata: { managedFields }, status }), {
    conditions: status.conditions.slice(1),
    listeners: [{ name: 'b' }],
  })
  const whole = [
    entry('fairlead-gateway-controller', { 'f:conditions': {}, 'f:listeners': {} }),
    entry('other', theirs),
  ]
  assert.deepEqual(withoutOurs({ metadata: { managedFields: whole as Loose }, status }), {
    addresses: status.addresses,
    conditions: status.conditions.slice(1),
    listeners: [{ name: 'b' }],
  })
  assert.equal(withoutOurs({ status }), undefined, 'nobody knows who wrote it')
  const said = { conditions: [{ ...stamped('Accepted', 'Unknown', THEN), message: WAITING }] }
  assert.equal(withoutOurs({ metadata: { managedFields }, status: said }), undefined, 'the definition says so')
  const untold = { conditions: [stamped('Accepted', 'Unknown', THEN)] }
  assert.deepEqual(withoutOurs({ metadata: { managedFields }, status: untold }), {}, 'this controller has said so')
})
