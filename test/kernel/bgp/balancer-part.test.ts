import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AnnouncerGround, balancerPart } from '#agent/parts/balancer/balancer-part.ts'
import { BgpAnnouncer } from '#agent/parts/balancer/bgp/bgp-announcer.ts'
import { bgpPeers } from '#api/balancing/bgppeer/resource.ts'
import { loadBalancerPools } from '#api/balancing/loadbalancerpool/resource.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import type { Registry } from '#metrics/registry.ts'
import { EXCLUDE_FROM_LOAD_BALANCERS_LABEL, LEAVING_LEASE } from '#objects/well-known.ts'
import { balancedService, readyNode, startAgent } from '../balancer-agent.ts'
import { addressOf, makeLan, pathOf } from './lan.ts'
import { watchKernel } from './router-kernel.ts'
import { NODE_AS, PASSWORD, ROUTER_AS, type Router, startBird, until } from './routers.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

// The balancer of a node, with the API in memory, and BIRD: by IPv4, and by IPv6 with the password of a Secret.
const NODE = 'node-1'
const WEB = '192.0.2.1'
const WEB6 = '2001:db8::1'
const namespace = 'fairlead-system'
const own = { apiVersion: 'fairlead.dev/v1alpha1' }
const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-bgp-node-'))
const client = new FakeClient({ clock: systemClock })
let metrics: Registry
const others = (ground: AnnouncerGround) => {
  metrics = ground.registry
  return [new BgpAnnouncer({ ...ground, namespace })]
}
const part = balancerPart({ namespace, others })
const start = () =>
  startAgent(NODE, pathOf(NODE), client, part, {
    addresses: [addressOf(NODE, 'IPv4'), addressOf(NODE, 'IPv6')],
    stateDir,
  })
let agent: ReturnType<typeof start>
let bird: Router

before(async () => {
  makeLan()
  bird = await startBird()
  await client.create(loadBalancerPools, {
    ...own,
    kind: 'LoadBalancerPool',
    metadata: { name: 'public' },
    spec: {
      addresses: ['192.0.2.0/24', '2001:db8::/64'],
      bgp: [{ communities: ['64512:100', `large:${NODE_AS}:2:3`] }],
    },
  } as ApiObject)
  const peer = (name: string, family: 'IPv4' | 'IPv6', more: object) =>
    client.create(bgpPeers, {
      ...own,
      kind: 'BGPPeer',
      metadata: { name },
      spec: { myASN: NODE_AS, peerASN: ROUTER_AS, peerAddress: addressOf('bird', family), connectTime: '1s', ...more },
    } as ApiObject)
  await peer('bird-4', 'IPv4', {})
  await peer('bird-6', 'IPv6', { passwordSecret: { name: 'tor' } })
  const data = { password: Buffer.from(PASSWORD).toString('base64') }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tor', namespace } } as const
  await client.create(secrets, { ...secret, type: 'kubernetes.io/basic-auth', data }, { namespace })
  await client.create(nodes, readyNode(NODE))
  await client.create(services, balancedService(WEB, WEB6))
  agent = start()
  await agent.parts.ready
})
after(async () => {
  await agent.parts.stop()
  agent.abort.abort()
  bird.stop()
  rmSync(stateDir, { recursive: true })
})

const becomes = async (isThere: boolean): Promise<void> => {
  for (const [address, family] of [
    [WEB, 'IPv4'],
    [WEB6, 'IPv6'],
  ] as const)
    await until(
      async () => `${address}: ${await bird.about(address)} ${JSON.stringify(agent.parts.states())}`,
      async () => (await bird.nextHops(address)).join() === (isThere ? addressOf(NODE, family) : ''),
    )
}
const exclude = (text: string | null) =>
  client.patch(nodes, NODE, 'merge', { metadata: { labels: { [EXCLUDE_FROM_LOAD_BALANCERS_LABEL]: text } } })

test('a router has the addresses of a Service, with their communities; the Service has Events', async () => {
  await becomes(true)
  const about = await bird.about(WEB)
  assert.match(about, /\(64512,100\)/)
  assert.match(about, new RegExp(`\\(${NODE_AS}, 2, 3\\)`))
  const text = `announcing from node "${NODE}" with protocol "bgp"`
  await until(
    () => JSON.stringify(client.all(events)),
    () => client.all(events).some(({ reason, message }) => reason === 'nodeAssigned' && message === text),
  )
  assert.deepEqual(agent.parts.states()[0]?.faults, [])
})

test('an agent is replaced, and the router’s kernel never loses a route', async () => {
  const kernel = watchKernel()
  await sleep(100)
  await agent.parts.stop()
  agent.abort.abort()
  await sleep(300)
  await becomes(true)
  agent = start()
  await agent.parts.ready
  await until(
    () => JSON.stringify(agent.parts.states()),
    () => metrics.render().includes('fairlead_bgp_pending_prefixes_total{peer="10.9.0.11:179",name="bird-4"} 0\n'),
  )
  await becomes(true)
  kernel.stop()
  assert.doesNotMatch(kernel.said(), /Deleted/)
})

test('a node that is drained is in no table of the router, until it is back', async () => {
  await exclude('')
  await becomes(false)
  await exclude(null)
  await becomes(true)
})

test('an agent that is uninstalled takes its routes along', async () => {
  const spec = { renewTime: new Date().toISOString(), leaseDurationSeconds: 300 }
  const metadata = { name: LEAVING_LEASE, namespace }
  await client.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, { namespace })
  await agent.parts.stop()
  await becomes(false)
})
