import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { ServiceFeed } from './service-feed.ts'

const scope = { namespace: 'default' }
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }] },
} as const
const slice = (time: string | undefined): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'web-1',
    namespace: 'default',
    labels: { 'kubernetes.io/service-name': 'web' },
    ...(time ? { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': time } } : {}),
  },
  addressType: 'IPv4',
  endpoints: [],
  ports: [],
})
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('changes are counted, and each trigger time is told once, with the change that it belongs to', async () => {
  const clock = new HandClock()
  const abort = new AbortController()
  const client = new FakeClient({ clock })
  await client.create(services, service)
  await client.create(endpointSlices, slice('2026-01-01T00:00:00Z'))
  const informers = new Informers(client, { clock, random: () => 0, signal: abort.signal, onError: assert.fail })
  const feed = new ServiceFeed(informers.for(services), informers.for(endpointSlices))
  const told: (readonly number[])[] = []
  const end = feed.subscribe((_, __, ___, triggers) => told.push(triggers))
  await feed.synced
  assert.deepEqual(told, [[]], 'what the first list brings happened before')
  assert.deepEqual(feed.seen, { services: 1, endpoints: 1 })
  const update = async (time: string | undefined) => {
    const { metadata } = await client.get(endpointSlices, 'web-1', scope)
    const next = slice(time)
    const resourceVersion = metadata!.resourceVersion
    await client.update(endpointSlices, { ...next, metadata: { ...next.metadata, resourceVersion } })
    await turn()
  }
  await update('2026-01-01T00:00:10Z')
  await update(undefined)
  await update('nonsense')
  await client.patch(services, 'web', 'merge', { metadata: { labels: { a: 'b' } } }, scope)
  await turn()
  assert.deepEqual(told.slice(1), [[Date.parse('2026-01-01T00:00:10Z')], [], [], []])
  assert.deepEqual(feed.seen, { services: 2, endpoints: 4 })
  end()
  await update(undefined)
  assert.equal(told.length, 5, 'who does not listen any more is told nothing')
  abort.abort()
})
