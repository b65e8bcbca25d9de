import assert from 'node:assert/strict'
import type { Socket } from 'node:dgram'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { balancerPart } from '#agent/parts/balancer/balancer-part.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { ipAddressPools, l2Advertisements } from '#api/metallb/resources.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import { balancedService, readyNode, startAgent } from './balancer-agent.ts'
import { type Host, L2Network, macOf, pathOf } from './l2-network.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

// Balancers of three nodes in namespaces of their own, at one switch with a client; only the API is in memory.
const NODES = ['n1', 'n2', 'n3'] as const
const V4 = '192.0.2.200'
const V6 = '2001:db8::200'
const net = new L2Network()
const client = new FakeClient({ clock: systemClock })
/** Nodes that the API hears of no more. */
const dead = new Set<string>()
const balancer = balancerPart({ namespace: 'fairlead-system' })
const running = new Map<string, ReturnType<typeof startAgent>>()
const askers: Socket[] = []

/** The API as a node sees it, until its power is cut. */
const clientOf = (name: string): FakeClient =>
  new Proxy(client, {
    get(target, key) {
      const value = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (dead.has(name) && key !== 'watch') return Promise.reject(new Error('no route to host'))
        return value.apply(target, args)
      }
    },
  })

const start = (name: Host): void => {
  running.set(name, startAgent(name, pathOf(name), clientOf(name), balancer))
}
const holder = (address: string): string | undefined =>
  client.all(leases).find(({ metadata }) => metadata?.annotations?.['fairlead.dev/address'] === address)?.spec
    ?.holderIdentity
const until = async (what: () => boolean, why: string): Promise<void> => {
  for (let left = 20_000; !what(); left -= 20) {
    assert.ok(left > 0, why)
    await sleep(20)
  }
}
/** The client asks for what it does not know, as long as this runs. */
const ask = async (address: string): Promise<void> => {
  const socket = await bindUdp(pathOf('client'), address.includes(':') ? '::' : '0.0.0.0', 0)
  socket.on('error', () => {})
  const timer = setInterval(() => socket.send('x', 9, address, () => {}), 50)
  socket.on('close', () => clearInterval(timer))
  askers.push(socket)
}
const reaches = (address: string, host: string): Promise<void> =>
  until(() => net.macAtClient(address) === macOf(host as Host), `the client reaches ${address} at ${host}`)
const label = (name: string, labels: Record<string, string | null>) =>
  client.patch(nodes, name, 'merge', { metadata: { labels } })

before(async () => {
  net.lay()
  const system = { namespace: 'metallb-system' }
  const metadata = { name: 'pool', ...system }
  await client.create(ipAddressPools, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata,
    spec: { addresses: ['192.0.2.200-192.0.2.209', '2001:db8::200/124'] },
  })
  await client.create(l2Advertisements, { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata })
  for (const name of NODES) await client.create(nodes, readyNode(name))
  await client.create(services, balancedService(V4, V6))
  for (const address of [V4, V6]) await ask(address)
  for (const name of NODES) start(name)
  await Promise.all([...running.values()].map(({ parts }) => parts.ready))
})
after(async () => {
  for (const socket of askers) socket.close()
  for (const { parts } of running.values()) await parts.stop()
  for (const { abort } of running.values()) abort.abort()
  net.remove()
})

test('a client finds an address at the one node that has its Lease, by ARP and by neighbour discovery', async () => {
  for (const address of [V4, V6]) {
    await until(() => holder(address) !== undefined, `${address} has a holder`)
    await reaches(address, holder(address)!)
  }
  const announced = client.all(events).filter(({ reason }) => reason === 'nodeAssigned')
  assert.ok(announced.some(({ message }) => message === `announcing from node "${holder(V4)}" with protocol "layer2"`))
})

test('who asks anew is answered by the holder alone', async () => {
  for (let round = 0; round < 3; round++) {
    net.forget()
    for (const address of [V4, V6]) await reaches(address, holder(address)!)
  }
})

test('a link that goes down and comes again is spoken on again', async () => {
  const name = holder(V4) as Host
  net.bounce(name)
  await until(() => holder(V4) !== undefined, 'somebody has it')
  await reaches(V4, holder(V4)!)
})

test('a node whose power is cut is followed by another, within three seconds on a machine that has time', async (t) => {
  for (const address of [V4, V6]) {
    const before = holder(address) as Host
    // Who follows has heard the holder by then.
    await sleep(700)
    const at = performance.now()
    dead.add(before)
    net.cut(before)
    await until(() => net.macAtClient(address) !== macOf(before), `${address} is followed`)
    const took = Math.round(performance.now() - at)
    t.diagnostic(`${address}: the client reached another node ${took} ms after ${before} had lost its power`)
    assert.notEqual(holder(address), before)
    assert.ok(took < 10_000, `${took} ms`)
    dead.delete(before)
    net.plugIn(before)
    await reaches(address, holder(address)!)
    await sleep(200)
    assert.notEqual(holder(address), before, 'it does not go back by itself')
  }
})

test('an excluded node is followed at once, and so is one that stops', async (t) => {
  const first = holder(V4) as Host
  await label(first, { 'node.kubernetes.io/exclude-from-external-load-balancers': '' })
  let at = performance.now()
  await until(() => net.macAtClient(V4) !== macOf(first), 'an excluded node is followed')
  t.diagnostic(`excluded: ${Math.round(performance.now() - at)} ms`)
  await label(first, { 'node.kubernetes.io/exclude-from-external-load-balancers': null })
  const second = holder(V4) as Host
  at = performance.now()
  await running.get(second)!.parts.stop()
  await until(() => net.macAtClient(V4) !== macOf(second), 'one that stops is followed')
  t.diagnostic(`stopped: ${Math.round(performance.now() - at)} ms`)
  assert.notEqual(holder(V4), second)
})
