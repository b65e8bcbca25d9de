import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { NO_SLOTS } from '#dataplane/haproxy/slots.ts'
import { Report } from './report.ts'
import { readSlots, slotsText } from './slots-note.ts'
import { requestCounters } from './status/proxy-counters.ts'

test('slots are read as they were written, and what is no note says nothing', () => {
  const slots = { pools: new Map([['http', 9]]), taken: new Map([['http-1', 'key']]), left: ['http-2'] }
  assert.deepEqual(readSlots(slotsText(slots)), slots)
  for (const text of [
    undefined,
    '',
    '{}',
    'null',
    '{"pools":[["http","9"]],"taken":[],"left":[]}',
    '{"pools":3,"taken":[],"left":[]}',
  ])
    assert.deepEqual(readSlots(text), NO_SLOTS)
})

test('what is refused is told below the pod’s name when it changes, until it could be told', async () => {
  const clock = new HandClock()
  let isAway = false
  const writes: unknown[] = []
  const client = new FakeClient({
    clock,
    fault: (verb) => (isAway && verb === 'patch' ? new Error('away') : undefined),
    onWrite: (_, __, object) => writes.push((object as { data?: object }).data),
  })
  await client.create(
    configMaps,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fairlead-gateway', namespace: 'kube-system' },
      data: { 'pod-1': 'of one before', 'pod-2': '{}' },
    },
    { namespace: 'kube-system' },
  )
  const errors: string[] = []
  const report = new Report({
    client,
    pod: 'pod-1',
    clock,
    random: () => 0,
    signal: new AbortController().signal,
    onError: ({ message }) => errors.push(message),
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  report.tell(new Map())
  await settle()
  report.tell(
    new Map([
      ['b', 'no'],
      ['a', 'never'],
    ]),
  )
  await settle()
  report.tell(
    new Map([
      ['a', 'never'],
      ['b', 'no'],
    ]),
  )
  await settle()
  assert.deepEqual(writes.slice(1), [{ 'pod-2': '{}' }, { 'pod-1': '{"a":"never","b":"no"}', 'pod-2': '{}' }])
  isAway = true
  report.tell(new Map())
  await settle()
  isAway = false
  await clock.advance(1_000)
  await settle()
  assert.deepEqual([errors, writes.at(-1)], [['away'], { 'pod-2': '{}' }])
})

test('requests are counted by Service, whatever slots stand for it', () => {
  const stat =
    '# pxname,svname,hrsp_2xx,hrsp_5xx,\nhttp-1,e1,5,0,\nhttp-1,BACKEND,5,1,\nhttp-2,BACKEND,2,0,\nhttp-3,BACKEND,9,0,\nrequests,FRONTEND,16,1,\n'
  const service = { namespace: 'shop', name: 'cart', port: 80 }
  const backend = (key: string) => [key, { key, service, portName: '', protocol: 'http', balance: 'least' }] as const
  const slots = new Map([
    ['http-1', 'x'],
    ['http-2', 'y'],
  ])
  const text = requestCounters(stat, slots, new Map([backend('x'), backend('y')]))
  assert.deepEqual(
    text.split('\n').filter((line) => !line.startsWith('#')),
    [
      'fairlead_gateway_backend_requests_total{namespace="shop",service="cart",port="80",code="2xx"} 7',
      'fairlead_gateway_backend_requests_total{namespace="shop",service="cart",port="80",code="5xx"} 1',
      '',
    ],
  )
  assert.match(requestCounters('', slots, new Map()), /^# HELP/)
})
