import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, rowOf } from '#api/testing/refusals.ts'
import { event as kind } from './kind.ts'

const event = (more: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'n' },
  involvedObject: { kind: 'Pod', namespace: 'n', name: 'p' },
  ...more,
})

test('an Event lies where the thing lies that it is about', () => {
  const wrong = (namespace: string): string =>
    `involvedObject.namespace: Invalid value: "${namespace}": does not match event.namespace`
  const at = (namespace: string, involvedObject: object): readonly string[] =>
    refusals(event({ metadata: { name: 'e', namespace }, involvedObject }))
  assert.deepEqual(at('n', { namespace: 'n' }), [])
  assert.deepEqual(at('default', {}), [])
  assert.deepEqual(at('default', { namespace: '' }), [])
  assert.deepEqual(at('kube-system', {}), [wrong('')])
  assert.deepEqual(at('kube-system', { namespace: '' }), [wrong('')])
  assert.deepEqual(at('m', { namespace: 'n' }), [wrong('n')])
  assert.deepEqual(at('m', {}), [wrong('')])
  assert.deepEqual(at('', { namespace: 'n' }), ['metadata.namespace: Required value', wrong('n')])
  assert.deepEqual(refusals({ ...event(), metadata: { name: 'e' }, involvedObject: undefined }), [])
})

test('an Event of the new form says who reports, what was done, and why, in no more than so many octets', () => {
  const eventTime = '2026-11-21T03:25:38.000000Z'
  const full = { eventTime, reportingComponent: 'a/b', reportingInstance: 'c', action: 'd', reason: 'e' }
  assert.deepEqual(refusals(event({ ...full, type: 'Normal' })), [])
  assert.deepEqual(refusals(event({ ...full, type: 'Any' })), [])
  const [missing = '', ...others] = refusals(event({ eventTime })).filter((text) => /Required/.test(text))
  assert.equal(missing, 'reportingComponent: Required value')
  assert.deepEqual(
    others,
    ['reportingInstance', 'action', 'reason'].map((field) => `${field}: Required value`),
  )
  assert.deepEqual(refusals(event({ ...full, reportingComponent: '/b' })), [
    'reportingComponent: Invalid value: "/b": prefix part must be non-empty',
  ])
  assert.deepEqual(refusals(event({ ...full, action: 'ä'.repeat(64), message: 'x'.repeat(1024) })), [])
  assert.deepEqual(refusals(event({ ...full, action: `${'ä'.repeat(64)}x`, message: 'x'.repeat(1025) })), [
    'action: Invalid value: "": can have at most 128 characters',
    'message: Invalid value: "": can have at most 1024 characters',
  ])
})

test('an Event of the new form that is about the cluster may also lie in kube-system', () => {
  const full = { reportingComponent: 'a/b', reportingInstance: 'c', action: 'd', reason: 'e' }
  const at = (namespace: string, eventTime?: string): readonly string[] =>
    refusals(
      event({ ...full, ...(eventTime && { eventTime }), metadata: { name: 'e', namespace }, involvedObject: {} }),
    )
  const eventTime = '2026-11-21T03:25:38.000000Z'
  assert.deepEqual([at('default', eventTime), at('kube-system', eventTime), at('default')], [[], [], []])
  assert.deepEqual([at('kube-system').length, at('n', eventTime).length], [1, 1])
})

test('an Event is printed with when it was last seen, what it is about, and who saw it', () => {
  const [old, recent] = ['2026-11-21T03:24:38Z', '2026-11-21T03:25:33Z']
  const row = (more: object): readonly unknown[] => rowOf(event(more))
  assert.deepEqual(row({}), ['<unknown>', '', '', 'pod/p', '', '', '', '<unknown>', 1, 'e'])
  assert.deepEqual(
    row({
      metadata: {},
      involvedObject: { fieldPath: 'spec' },
      type: 'Normal',
      reason: 'Started',
      message: ' done\n',
      count: 3,
      firstTimestamp: old,
      lastTimestamp: recent,
      source: { component: 'kubelet', host: 'n1' },
      reportingComponent: 'x',
      reportingInstance: 'y',
    }),
    ['5s', 'Normal', 'Started', '', 'spec', 'kubelet, n1', 'done', '60s', 3, ''],
  )
  assert.deepEqual(
    row({
      eventTime: old,
      reportingComponent: 'x',
      reportingInstance: 'y',
      series: { count: 7, lastObservedTime: recent },
    }),
    ['5s', '', '', 'pod/p', '', 'x, y', '', '60s', 7, 'e'],
  )
  assert.deepEqual(row({ eventTime: old, reportingComponent: 'x', count: 0, series: {} }), [
    ...['<unknown>', '', '', 'pod/p', '', 'x', '', '60s', 1, 'e'],
  ])
  assert.equal(row({ firstTimestamp: old })[0], '60s')
})

test('an Event can be selected by what it is about, why it was made, and who made it', () => {
  const involvedObject = {
    kind: 'Pod',
    namespace: 'n',
    name: 'p',
    uid: 'u',
    apiVersion: 'v1',
    resourceVersion: '7',
    fieldPath: 'spec',
  }
  const values = (object: object): object =>
    Object.fromEntries(Object.entries(kind.fields!).map(([field, read]) => [field, read(object as never)]))
  const about = Object.fromEntries(
    Object.entries(involvedObject).map(([key, value]) => [`involvedObject.${key}`, value]),
  )
  assert.deepEqual(
    values(event({ involvedObject, reason: 'r', reportingComponent: 'c', source: { component: 's' }, type: 'Normal' })),
    { ...about, reason: 'r', reportingComponent: 'c', source: 's', type: 'Normal' },
  )
  assert.deepEqual(
    new Set(Object.values(values(event({ involvedObject: undefined, reportingComponent: 'c' })))),
    new Set([undefined, 'c']),
  )
  assert.equal(kind.fields!.source!(event({ reportingComponent: 'c' })), 'c')
})
