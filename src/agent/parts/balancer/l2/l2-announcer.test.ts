import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arpProbe, arpReply, decodeArp } from '#announce/arp.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import { FakeLan } from '../testing/fake-lan.ts'
import { AddressLeases } from './address-leases.ts'
import { L2Announcer } from './l2-announcer.ts'

const V4 = '192.0.2.200'
const V6 = '2001:db8::1:2345:6789'
const NAMES = ['n1', 'n2', 'n3']
const turn = () => new Promise((resolve) => setImmediate(resolve))

const start = async (names: readonly string[] = NAMES, fit: readonly string[] = names) => {
  const clock = new HandClock()
  let isAway = false
  const client = new FakeClient({
    clock,
    fault: (verb) => (isAway && verb !== 'watch' ? new Error('no route') : undefined),
  })
  const lan = new FakeLan()
  const logged: string[] = []
  const began: string[] = []
  const nodes = new Map<string, L2Announcer>()
  const abort = new AbortController()
  const plan = (addresses: readonly string[], of: readonly string[] = fit): ReadonlyMap<string, PlannedAddress> =>
    new Map(
      addresses.map((address) => [
        address,
        { address, services: ['d/x'], l2: { fit: of, weights: new Map(), interfaces: [] }, bgp: [] },
      ]),
    )
  for (const node of names) {
    const known = new AddressLeases({
      client,
      namespace: 'fairlead-system',
      node,
      nodeUid: () => `uid-${node}`,
      clock,
      random: () => 0,
      signal: abort.signal,
      onChange: () => nodes.get(node)?.changed(),
      onError: () => {},
    })
    const ready = known.synced.then(() => known.join())
    const log = (message: string) => void logged.push(message)
    const onAnnounced = ({ address }: PlannedAddress) => void began.push(`${node} ${address}`)
    nodes.set(node, new L2Announcer({ node, leases: known, wire: lan.wire(node), clock, onAnnounced, log }, ready))
    await ready
  }
  const run = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(50)
      for (let turns = 0; turns < 4; turns++) await turn()
    }
  }
  const set = (...args: Parameters<typeof plan>) => {
    for (const one of nodes.values()) one.set(plan(...args))
  }
  return {
    clock,
    client,
    lan,
    logged,
    began,
    nodes,
    run,
    set,
    away: (is: boolean) => {
      isAway = is
    },
    /** Who answers for an address. */
    who: (address: string) =>
      [...nodes].flatMap(([name, one]) => (one.status().announced.includes(address) ? [name] : [])),
    lease: (address: string) =>
      client.all(leases).find(({ metadata }) => metadata?.annotations?.['fairlead.dev/address'] === address)?.spec,
    end: () => abort.abort(),
  }
}

test('each address gets one node, by one write, and nothing more is written while nothing happens', async () => {
  const { set, run, who, lease, client, lan, nodes, end } = await start()
  set([V4, V6])
  await run(3000)
  for (const address of [V4, V6]) assert.deepEqual(who(address), [lease(address)?.holderIdentity])
  const version = client.resourceVersion
  await run(20_000)
  assert.equal(client.resourceVersion, version)
  assert.deepEqual([...lan.groups.get(who(V6)[0]!)!], ['ff02::1:ff45:6789'])
  assert.deepEqual(
    [...nodes.values()].flatMap((one) => one.status().faults),
    [],
  )
  end()
})

test('a holder that dies without a word is followed within three seconds, by one, who keeps it when the dead is back', async () => {
  const { set, run, who, lan, clock, lease, end } = await start()
  set([V4])
  await run(3000)
  const [first] = who(V4)
  lan.cut(first!)
  const at = clock.now()
  while (who(V4).every((name) => name === first)) await run(50)
  assert.ok(clock.now() - at <= 3000, `${clock.now() - at} ms`)
  await run(10_000)
  assert.equal(who(V4).length, 1, 'the dead one sees its Lease go, as soon as it sees anything')
  assert.notEqual(lease(V4)?.holderIdentity, first)
  assert.equal(lease(V4)?.leaseTransitions, 1)
  end()
})

test('where the API is away too, the first in line answers on its own word, and writes the Lease when it can', async () => {
  const { set, run, who, lan, away, lease, logged, end } = await start()
  set([V4])
  await run(3000)
  const [first] = who(V4)
  away(true)
  lan.cut(first!)
  await run(3000)
  const heirs = () => who(V4).filter((name) => name !== first)
  assert.equal(heirs().length, 1)
  assert.equal(lease(V4)?.holderIdentity, first)
  assert.ok(logged.includes(`${V4} could not be taken`))
  const [heir] = heirs()
  away(false)
  await run(3000)
  assert.deepEqual([lease(V4)?.holderIdentity, who(V4)], [heir, [heir]])
  end()
})

test('an address that another machine answers for is not taken until that is silent; what we have is defended and told', async () => {
  const { set, run, who, lan, nodes, end } = await start(['n1'])
  const other = '02:00:00:00:00:99'
  const answer = () => lan.say(arpReply(decodeArp(arpProbe(V4, '02:00:00:00:00:01'))!, other))
  set([V4])
  for (let round = 0; round < 20; round++) {
    answer()
    await run(200)
  }
  assert.deepEqual(who(V4), [])
  await run(3000)
  assert.deepEqual(who(V4), ['n1'])
  answer()
  assert.deepEqual(nodes.get('n1')!.status().faults, [
    `${V4}: ${other} answers for it too; take it away there, or from the pool`,
  ])
  await run(31_000)
  assert.deepEqual(nodes.get('n1')!.status().faults, [])
  end()
})

test('a node that may not have it any more is followed at once, and where nobody may, nobody answers', async () => {
  const { set, run, who, lease, end } = await start()
  set([V4])
  await run(3000)
  const [first] = who(V4)
  set(
    [V4],
    NAMES.filter((name) => name !== first),
  )
  await run(300)
  assert.equal(who(V4).length, 1)
  assert.notEqual(who(V4)[0], first)
  set([V4], [])
  await run(1500)
  assert.deepEqual([who(V4), lease(V4)], [[], undefined])
  end()
})

test('who stops answers until another has followed; the last one stops all the same', async () => {
  const { set, run, who, nodes, end } = await start()
  set([V4])
  await run(3000)
  const order: string[] = []
  while (nodes.size > 0) {
    const [name] = who(V4)
    order.push(name!)
    let isStopped = false
    void nodes
      .get(name!)!
      .stop()
      .then(() => {
        isStopped = true
      })
    await run(nodes.size > 1 ? 600 : 100)
    assert.ok(isStopped, name)
    nodes.delete(name!)
    await run(600)
  }
  assert.deepEqual(order.toSorted(), NAMES)
  end()
})

test('an address that no Service has any more loses its Lease, also where its holder is gone', async () => {
  const { set, run, who, lease, client, nodes, end } = await start()
  set([V4, V6])
  await run(3000)
  set([V6])
  await run(300)
  assert.equal(lease(V4), undefined)
  const [first] = who(V6)
  const namespace = 'fairlead-system'
  nodes.delete(first!)
  await client.delete(leases, `balancer-${first}`, { namespace })
  set([])
  await run(61_000)
  assert.deepEqual(
    client.all(leases).filter(({ metadata }) => metadata?.name?.startsWith('l2-')),
    [],
  )
  end()
})

test('a process that was held up takes nobody for dead meanwhile', async () => {
  const { set, run, who, clock, end } = await start()
  set([V4])
  await run(3000)
  const before = who(V4)
  clock.advance(60_000)
  await run(1000)
  assert.deepEqual(who(V4), before)
  end()
})
