import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadBalancerPools } from '#api/balancing/loadbalancerpool/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { ipAddressPools } from '#api/metallb/resources.ts'
import { Informers, writeThrough } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { turn } from '../testing/cluster.ts'
import { startAddressPoolsController } from './controller.ts'

const home = { namespace: 'default' }
const service = (name: string, spec: object = {}, metadata: object = {}, ips: readonly string[] = []): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...home, ...metadata },
    spec: { type: 'LoadBalancer', ipFamilies: ['IPv4'], ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  }) as Service
const pool = (name: string, addresses: readonly string[], more: object = {}) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name, namespace: 'metallb-system' },
  spec: { addresses, ...more },
})

const start = async (
  given: readonly Service[] = [],
  options: Parameters<typeof startAddressPoolsController>[1] = {},
) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  await client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', labels: { team: 'a' } },
  })
  for (const one of given) await client.create(services, one)
  let abort = new AbortController()
  const logged: string[] = []
  const begin = async () => {
    abort = new AbortController()
    const { signal } = abort
    const informers = new Informers(client, { clock, random: () => 0, signal })
    const log = (_: string, message: string) => void logged.push(message)
    const context = {
      client: writeThrough(client, informers),
      informers,
      clock,
      random: () => 0,
      signal,
      log,
      concurrency: 1,
    }
    const running = startAddressPoolsController(context, options)
    await running.ready
    return running
  }
  let running = await begin()
  const settle = async () => {
    for (let still = 0; still < 4; ) {
      await turn()
      still = running.isIdle() ? still + 1 : 0
      if (clock.next !== undefined && clock.next < 500) clock.advance(clock.next)
    }
  }
  await settle()
  return {
    client,
    logged,
    settle,
    restart: async () => {
      abort.abort()
      running = await begin()
      await settle()
    },
    stop: () => abort.abort(),
    told: () => client.all(events).map(({ reason, message }) => `${reason} ${message}`),
    addresses: (name: string) =>
      client
        .all(services)
        .find(({ metadata }) => metadata?.name === name)
        ?.status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [],
  }
}

test('addresses come of pools of ours and of MetalLB’s, survive a restart, and are given to the next when they are free', async () => {
  const { client, settle, addresses, restart, told, stop } = await start([service('a'), service('b'), service('c')])
  assert.deepEqual(addresses('a'), [])
  await client.create(ipAddressPools, pool('first', ['192.0.2.1-192.0.2.1']))
  await client.create(loadBalancerPools, {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'LoadBalancerPool',
    metadata: { name: 'second' },
    spec: { addresses: ['198.51.100.7/32'] },
  })
  await settle()
  const given = () => ['a', 'b', 'c'].map(addresses)
  assert.deepEqual(given(), [['192.0.2.1'], ['198.51.100.7'], []])
  assert.ok(told().includes('EnsuredLoadBalancer Assigned 192.0.2.1'))
  assert.ok(
    told().includes(
      'SyncLoadBalancerFailed no IPv4 address is free in pool first, second; add addresses, or delete a Service',
    ),
  )
  await restart()
  assert.deepEqual(given(), [['192.0.2.1'], ['198.51.100.7'], []])
  await client.delete(services, 'a', home)
  await settle()
  assert.deepEqual([client.all(services).length, addresses('c')], [2, ['192.0.2.1']])
  stop()
})

test('an address that MetalLB has given stays, and so does one that no pool has any more, with a Warning', async () => {
  const { client, settle, addresses, told, stop } = await start([
    service('old', {}, {}, ['192.0.2.9']),
    service('elsewhere', { loadBalancerClass: 'example.com/other' }, {}, ['203.0.113.1']),
  ])
  await client.create(ipAddressPools, pool('first', ['192.0.2.0/28']))
  await settle()
  assert.deepEqual([addresses('old'), addresses('elsewhere')], [['192.0.2.9'], ['203.0.113.1']])
  const found = await client.get(ipAddressPools, 'first', { namespace: 'metallb-system' })
  await client.update(
    ipAddressPools,
    { ...found, spec: { addresses: ['192.0.2.0/29'] } },
    { namespace: 'metallb-system' },
  )
  await settle()
  assert.deepEqual(addresses('old'), ['192.0.2.9'])
  assert.ok(told().some((text) => text.startsWith('AddressOutOfPools 192.0.2.9: no pool has it any more')))
  const now = await client.get(services, 'old', home)
  await client.update(services, { ...now, status: {} }, { ...home, subresource: 'status' })
  await settle()
  assert.deepEqual(addresses('old'), ['192.0.2.0'])
  stop()
})

test('where there are no pools, what another load balancer has given is not touched', async () => {
  const { client, addresses, told, stop } = await start([service('theirs', {}, {}, ['203.0.113.1']), service('waits')])
  assert.deepEqual([addresses('theirs'), addresses('waits')], [['203.0.113.1'], []])
  assert.deepEqual(
    client.all(services).map(({ metadata }) => metadata?.finalizers ?? []),
    [[], []],
  )
  assert.deepEqual(told(), [])
  stop()
})

test('the class that MetalLB was given is ours where it is told', async () => {
  const { client, settle, addresses, stop } = await start([service('a', { loadBalancerClass: 'example.com/lb' })], {
    classes: ['example.com/lb'],
  })
  await client.create(ipAddressPools, pool('first', ['192.0.2.1/32']))
  await settle()
  assert.deepEqual(addresses('a'), ['192.0.2.1'])
  stop()
})

test('faults of objects are told once, and the good pools give addresses', async () => {
  const { client, settle, addresses, logged, stop } = await start([service('a')])
  await client.create(ipAddressPools, pool('bad', ['192.0.2.300/32']))
  await client.create(ipAddressPools, pool('good', ['192.0.2.1/32']))
  await settle()
  assert.deepEqual(addresses('a'), ['192.0.2.1'])
  assert.equal(logged.filter((text) => text.includes('IPAddressPool metallb-system/bad: spec.addresses[0]')).length, 1)
  stop()
})

test('a namespace that gets the label of a pool gets its addresses', async () => {
  const { client, settle, addresses, stop } = await start([service('a')])
  const serviceAllocation = { namespaceSelectors: [{ matchLabels: { team: 'b' } }] }
  await client.create(ipAddressPools, pool('first', ['192.0.2.1/32'], { serviceAllocation }))
  await settle()
  assert.deepEqual(addresses('a'), [])
  await client.patch(namespaces, 'default', 'merge', { metadata: { labels: { team: 'b' } } })
  await settle()
  assert.deepEqual(addresses('a'), ['192.0.2.1'])
  stop()
})
