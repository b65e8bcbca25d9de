import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import { establish, FakeRouter, type FakeSocket } from '#bgp/testing/fake-router.ts'
import { Informers } from '#client/informer.ts'
import { Registry } from '#metrics/registry.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import type { BgpPeer } from '#pools/model.ts'
import { readBalancing } from '#pools/reading/read-balancing.ts'
import { fakePlace } from '../../../testing/fake-place.ts'
import { settle } from '../../../testing/loopback-network.ts'
import { BgpSpeaking, type BgpSpeakingOptions } from './bgp-speaking.ts'

const V4 = '192.0.2.1'
const V6 = '2001:db8::1'
type Loose = any

const peersOf = (...specs: readonly object[]): readonly BgpPeer[] => {
  const none = { ipAddressPools: [], l2Advertisements: [], bgpAdvertisements: [], communities: [], bfdProfiles: [] }
  return readBalancing({
    loadBalancerPools: [],
    bgpPeers: specs.map((spec, index) => ({ metadata: { name: `p${index}` }, spec })),
    metallb: { ...none, bgpPeers: [] },
  }).peers
}
const TOR = { myASN: 65001, peerASN: 65002, peerAddress: '10.0.0.2', dualStackAddressFamily: true }
const OTHER = { myASN: 65001, peerASN: 65002, peerAddress: '10.0.0.3' }

const plan = (...addresses: readonly string[]): ReadonlyMap<string, PlannedAddress> =>
  new Map(
    addresses.map((address) => [
      address,
      {
        address,
        services: [`d/${address}`],
        l2: undefined,
        bgp: [
          {
            prefix: `${address}/${address.includes(':') ? 128 : 32}`,
            localPref: undefined,
            communities: [],
            peers: [],
          },
        ],
      },
    ]),
  )

const start = async (...specs: readonly object[]) => {
  const { place, clock, client, logged } = fakePlace()
  const { signal } = new AbortController()
  const informers = new Informers(client, { clock, random: () => 0, signal })
  await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { rack: 'a' } } })
  const cache = informers.for(nodes)
  await cache.hasSynced
  const asked = { peers: peersOf(...specs) }
  const router = new FakeRouter()
  const began: string[] = []
  const registry = new Registry()
  const options: Loose = {
    node: { ...place, addresses: ['10.0.0.1', 'fd00::1'] },
    sources: { nodes: cache, balancing: { balancing: asked } },
    onAnnounced: ({ address }: PlannedAddress, protocol: string) => began.push(`${protocol} ${address}`),
    registry,
    namespace: 'fairlead-system',
    sockets: router,
    hasForwarded: true,
  }
  const speaking = new BgpSpeaking(options as BgpSpeakingOptions)
  return { speaking, router, clock, client, asked, began, registry, logged }
}
/** What a router has been told since it was asked last. */
const told = (socket: FakeSocket) =>
  socket
    .heard()
    .flatMap((message) =>
      message.type === 'update'
        ? [
            ...message.reach.flatMap(({ prefixes }) => prefixes.map(({ prefix }) => `+/${prefix}`)),
            ...message.unreach.flatMap(({ prefixes }) => prefixes.map(({ prefix }) => `-/${prefix}`)),
          ]
        : message.type === 'notification'
          ? [`said ${message.notice.code}/${message.notice.subcode}`]
          : [],
    )

test('a peer is told addresses of both families, and each is taken back at once', async () => {
  const { speaking, router, began } = await start(TOR)
  speaking.set(plan(V4, V6))
  assert.deepEqual([speaking.status(), began], [{ announced: [], faults: [] }, []])
  establish(router.last)
  assert.deepEqual(told(router.last), ['+/32', '+/128'])
  assert.deepEqual(speaking.status(), { announced: [V4, V6], faults: [] })
  assert.deepEqual(began, [`bgp ${V4}`, `bgp ${V6}`])
  speaking.set(plan(V6))
  assert.deepEqual([told(router.last), speaking.status().announced], [['-/32'], [V6]])
})

test('an address is announced where a peer speaks of its family', async () => {
  const { speaking, router, began } = await start(OTHER)
  speaking.set(plan(V4, V6))
  establish(router.last)
  assert.deepEqual([speaking.status().announced, began], [[V4], [`bgp ${V4}`]])
  assert.match(
    speaking.status().faults.join(),
    /^no BGP peer of this node is told IPv6: [^,]*, or say dualStackAddressFamily of one$/,
  )
})

test('a peer that is down is told of by name, with since when and why; its coming back is no Event', async () => {
  const { speaking, router, clock, began, registry } = await start(TOR)
  speaking.set(plan(V4))
  establish(router.last)
  const since = new Date(clock.now()).toISOString()
  router.last.close(new Error('read ECONNRESET'))
  assert.deepEqual(speaking.status(), { announced: [], faults: [] })
  clock.advance(10_000)
  const [fault, ...more] = speaking.status().faults
  assert.equal(fault, `BGP peer p0 (10.0.0.2:179) is down since ${since}: read ECONNRESET`)
  assert.deepEqual(more, [])
  assert.ok(registry.render().includes('fairlead_bgp_session_up{peer="10.0.0.2:179",name="p0"} 0\n'))
  establish(router.last)
  assert.deepEqual([speaking.status(), began], [{ announced: [V4], faults: [] }, [`bgp ${V4}`]])
})

test('peers that come, go, or do not select the node any more are followed', async () => {
  const { speaking, router, client, asked } = await start(TOR)
  speaking.set(plan(V4))
  const first = establish(router.last)
  asked.peers = peersOf(TOR, { ...OTHER, nodeSelectors: [{ matchLabels: { rack: 'a' } }] })
  speaking.set(plan(V4))
  const second = establish(router.last)
  assert.deepEqual([told(first), told(second)], [['+/32'], ['+/32']])
  const known = await client.get(nodes, 'n1')
  await client.update(nodes, { ...known, metadata: { ...known.metadata, labels: { rack: 'b' } } })
  await settle()
  speaking.set(plan(V4))
  assert.deepEqual([told(first), told(second)], [[], ['said 6/3']])
})

test('a route that cannot be announced is told of, and costs the others nothing', async () => {
  const { speaking, router } = await start(TOR)
  const planned = new Map(plan(V4, '192.0.2.2'))
  const one = planned.get('192.0.2.2')!
  const communities = Array.from({ length: 1000 }, (_, value) => ({ kind: 'standard' as const, value }))
  planned.set('192.0.2.2', { ...one, bgp: [{ ...one.bgp[0]!, communities }] })
  speaking.set(planned)
  establish(router.last)
  const { announced, faults } = speaking.status()
  assert.deepEqual([announced, faults.length], [[V4], 1])
  assert.match(faults[0]!, /^route "192\.0\.2\.2\/32": its communities do not fit/)
})

test('an agent that ends leaves its routes to the next one; a node without any, or for good, takes its leave', async () => {
  const ends = async (addresses: readonly string[], isForGood: boolean) => {
    const { speaking, router } = await start(TOR)
    speaking.set(plan(...addresses))
    const socket = establish(router.last)
    socket.heard()
    const stopped = speaking.stop(isForGood)
    socket.close()
    await stopped
    return told(socket)
  }
  assert.deepEqual(await ends([V4], false), [])
  assert.deepEqual(await ends([V4], true), ['said 6/2'])
  assert.deepEqual(await ends([], false), ['said 6/2'])
})
