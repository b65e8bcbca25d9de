import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_SLOTS } from '#dataplane/haproxy/slots.ts'
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
    '{"pools":[["http",9],["tcp","9"]],"taken":[],"left":[]}',
    '{"pools":[],"taken":[["http-1","key"],["http-2",2]],"left":[]}',
    '{"pools":3,"taken":[],"left":[]}',
  ])
    assert.deepEqual(readSlots(text), NO_SLOTS)
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
