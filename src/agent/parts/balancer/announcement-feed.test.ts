import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { ipAddressPools, l2Advertisements } from '#api/metallb/resources.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import { BalancingFeed } from '#pools/balancing-feed.ts'
import { ServiceFeed } from '../../sources/service-feed.ts'
import { settle } from '../../testing/loopback-network.ts'
import { AnnouncementFeed } from './announcement-feed.ts'

type Loose = any
const V4 = '192.0.2.1'
const home = { namespace: 'default' }

const start = async () => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const { signal } = new AbortController()
  const informers = new Informers(client, { clock, random: () => 0, signal })
  const plans: ReadonlyMap<string, PlannedAddress>[] = []
  const metadata = { name: 'p', namespace: 'metallb-system' }
  const kind = (name: string, spec?: object): Loose => ({
    apiVersion: 'metallb.io/v1beta1',
    kind: name,
    metadata,
    spec,
  })
  await client.create(ipAddressPools, kind('IPAddressPool', { addresses: ['192.0.2.0/24'] }))
  await client.create(l2Advertisements, kind('L2Advertisement'))
  for (const name of ['n1', 'n2'])
    await client.create(nodes, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    })
  const service = (name: string, spec: object): Loose => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...home },
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ...spec },
    status: { loadBalancer: { ingress: [{ ip: name === 'web' ? V4 : '192.0.2.2' }] } },
  })
  await client.create(services, service('web', {}))
  await client.create(services, service('other', { loadBalancerClass: 'example.com/other' }))
  const cache = informers.for(services)
  const sources = {
    services: new ServiceFeed(cache, informers.for(endpointSlices)),
    serviceObjects: cache,
    nodes: informers.for(nodes),
    balancing: new BalancingFeed(informers),
  }
  const feed = new AnnouncementFeed({ node: 'n1', sources, clock, classes: [], onPlan: (plan) => plans.push(plan) })
  await feed.synced
  const later = async () => {
    await settle()
    clock.advance(20)
    await settle()
  }
  return { client, plans, later, feed, fit: () => plans.at(-1)!.get(V4)?.l2?.fit }
}
const slice = (nodeName: string): Loose => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', ...home, labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], nodeName }],
})

test('what is known at first is planned once, without the Services of other classes', async () => {
  const { plans } = await start()
  assert.equal(plans.length, 1)
  assert.deepEqual([...plans[0]!.keys()], [V4])
})

test('endpoints that come, nodes that are excluded and pools that go are planned anew', async () => {
  const { client, later, fit, plans } = await start()
  assert.deepEqual(fit(), [])
  await client.create(endpointSlices, slice('n2'))
  await later()
  assert.deepEqual(fit(), ['n2'])
  const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
  await client.patch(nodes, 'n2', 'merge', { metadata: { labels } })
  await later()
  assert.deepEqual(fit(), [])
  await client.delete(ipAddressPools, 'p', { namespace: 'metallb-system' })
  await later()
  assert.equal(plans.at(-1)!.size, 0)
})

test('heartbeats of nodes, and endpoints that change nothing for who announces, plan nothing', async () => {
  const { client, later, plans, feed } = await start()
  await client.create(endpointSlices, slice('n1'))
  await later()
  const before = plans.length
  const found = await client.get(nodes, 'n1')
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' }]
  await client.update(nodes, { ...found, status: { conditions } }, { subresource: 'status' })
  const now = await client.get(endpointSlices, 'web-1', home)
  await client.update(endpointSlices, { ...now, endpoints: [...now.endpoints!, ...now.endpoints!] }, home)
  await later()
  assert.equal(plans.length, before)
  feed.stop()
  await client.delete(services, 'web', home)
  await later()
  assert.equal(plans.length, before, 'who has stopped hears nothing')
})
