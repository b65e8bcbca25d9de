import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { onlyAdds } from './desired-haste.ts'

const endpoint = (uid: string, ready = true, more: Partial<Endpoint> = {}): Endpoint => ({
  addresses: [`10.244.0.${uid}`],
  conditions: { ready, serving: ready, terminating: false },
  targetRef: { kind: 'Pod', name: uid, uid },
  ...more,
})
const slice = (uid: string, ...endpoints: readonly Endpoint[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { uid },
  addressType: 'IPv4',
  ports: [],
  endpoints,
})
const changes = (...update: readonly EndpointSlice[]) => ({ create: [], update, delete: [] })
const ONE = endpoint('1')

test('endpoints that come to one that answers, or become ready beside it, only add, also in a slice of their own', () => {
  const existing = [slice('s', ONE, endpoint('2', false))]
  assert.equal(onlyAdds(changes(slice('s', ONE, endpoint('2', false), endpoint('3'))), existing), true)
  assert.equal(onlyAdds(changes(slice('s', ONE, endpoint('2'))), existing), true)
  assert.equal(onlyAdds({ ...changes(), create: [slice('t', endpoint('3'))] }, existing), true)
})

test('where nobody answers yet, nothing only adds', () => {
  for (const existing of [[], [slice('s')], [slice('s', endpoint('1', false))]])
    assert.equal(onlyAdds(changes(...existing.map(() => slice('s', ONE))), existing), false)
})

test('an endpoint that goes, ends, is no longer ready or serves no longer, or is another, is more than that', () => {
  const two = endpoint('2')
  const ending = { conditions: { ready: false, serving: true, terminating: true } }
  const existing = [slice('s', ONE, two, endpoint('3', false, ending))]
  const third = existing[0]!.endpoints![2]!
  for (const [why, ...endpoints] of [
    ['it goes', ONE, third],
    ['it is not ready', ONE, endpoint('2', false), third],
    ['it ends', ONE, endpoint('2', false, ending), third],
    ['it has another address', ONE, endpoint('2', true, { addresses: ['10.244.9.9'] }), third],
    ['it is in another zone', ONE, endpoint('2', true, { zone: 'b' }), third],
    ['it serves no longer', ONE, two, endpoint('3', false, { conditions: { ...ending.conditions, serving: false } })],
  ] as const)
    assert.equal(onlyAdds(changes(slice('s', ...endpoints, endpoint('4'))), existing), false, why)
  assert.equal(onlyAdds({ ...changes(), delete: [slice('t')] }, existing), false)
})
