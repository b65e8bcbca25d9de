import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { IcmpSocket, SctpSocket } from './sctp.ts'
import { addressOf, ask, FAMILIES, type Family, hold, type Place, POD_PORT, PODS, placePath } from './topology.ts'
import { type Given, ip, podOf, TwoNodes } from './two-nodes.ts'

let nodes: TwoNodes

/** Tells both nodes of a Service, and waits for their kernels. */
function give(name: string, number: number, given: Given | undefined): void {
  nodes.give(name, number, given)
  nodes.flush()
}

const met = async (from: Place, family: Family, number: number, times: number) => {
  const answers = await Promise.all(
    Array.from({ length: times }, () => ask(from, 'tcp', ip(family, number), 80, { timeout: 2000 })),
  )
  return [...new Set(answers.map(podOf))].sort()
}
/** Of n1. */
const pins = (family: Family) => {
  let count = 0
  nodes.tables[0]?.dump(family === 4 ? 'ip' : 'ip6', 'fairlead', 'affinity', () => count++)
  return count
}
/** The answer of one pod in each family. */
const inBoth = <T>(one: (family: Family) => T) => Promise.all(FAMILIES.map(one))

before(async () => {
  nodes = await TwoNodes.create()
})

after(() => nodes?.stop())

for (const family of FAMILIES)
  test(`IPv${family}, SCTP: an INIT to a ClusterIP comes to an endpoint, translated, from the pod itself; without endpoints it is answered by ICMP`, async () => {
    const ports = [{ port: 80, protocol: 'SCTP' as const }]
    give('sctp', 1, { ports, endpoints: ['p11', 'p21'] })
    const open = (pod: Place) => SctpSocket.open(placePath(pod), addressOf(pod, family))
    const receivers = (['p11', 'p21'] as const).map((pod) => [pod, open(pod)] as const)
    const client = open('p12')
    const icmp = IcmpSocket.open(placePath('p12'), family)
    const seen = new Set<string>()
    try {
      for (let port = 40000; port < 40060 && seen.size < 2; port++) {
        client.sendInit(ip(family, 1), port, 80)
        await sleep(5)
        for (const [pod, socket] of receivers)
          for (const packet of socket.received()) {
            const source = addressOf('p12', family)
            assert.deepEqual(packet, { source, sourcePort: port, tag: port, port: POD_PORT, chunk: 'INIT' })
            seen.add(pod)
          }
      }
      assert.deepEqual([...seen].sort(), ['p11', 'p21'])
      give('sctp', 1, { ports })
      client.sendInit(ip(family, 1), 41000, 80)
      await sleep(20)
      assert.deepEqual(icmp.portUnreachables(), [{ protocol: 132, sourcePort: 41000, port: 80 }])
      assert.deepEqual(
        receivers.flatMap(([, socket]) => socket.received()),
        [],
      )
    } finally {
      icmp.close()
      client.close()
      for (const [, socket] of receivers) socket.close()
      give('sctp', 1, undefined)
    }
  })

test('a pin is renewed by each connection and expires when none comes', async () => {
  const spec = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } } }
  give('sticky', 2, { spec, endpoints: PODS })
  const again = () => inBoth(async (family) => podOf(await ask('p12', 'tcp', ip(family, 2), 80)))
  const first = await again()
  for (let round = 0; round < 4; round++) {
    await sleep(1200)
    assert.deepEqual(await again(), first, `after ${(round + 1) * 1.2} s`)
  }
  assert.deepEqual(FAMILIES.map(pins), [1, 1])
  await sleep(2300)
  assert.deepEqual(FAMILIES.map(pins), [0, 0])
  give('sticky', 2, undefined)
})

test('pins, and what they lead to, stay when the proxy starts again', async () => {
  const spec = { sessionAffinity: 'ClientIP' }
  give('sticky', 3, { spec, endpoints: PODS })
  const again = () => inBoth(async (family) => podOf(await ask('p12', 'tcp', ip(family, 3), 80)))
  const first = await again()
  let synced = () => {}
  const proxy = nodes.start('n1', { synced: new Promise<void>((resolve) => (synced = resolve)) })
  give('before', 4, { endpoints: ['p21'] })
  give('sticky', 3, { spec, endpoints: [...PODS].reverse() })
  synced()
  await proxy.ready
  assert.deepEqual(FAMILIES.map(pins), [1, 1])
  for (let round = 0; round < 12; round++) assert.deepEqual(await again(), first)
  give('sticky', 3, undefined)
  give('before', 4, undefined)
})

test('connections and pins go on when tables that somebody has edited are replaced', async () => {
  const giveBoth = () => {
    give('sticky', 3, { spec: { sessionAffinity: 'ClientIP' }, endpoints: PODS })
    give('held', 4, { endpoints: ['p21'] })
  }
  giveBoth()
  const held = await inBoth((family) => hold('p12', ip(family, 4), 80))
  const again = () => inBoth(async (family) => podOf(await ask('p12', 'tcp', ip(family, 3), 80)))
  const first = await again()
  for (const family of ['ip', 'ip6']) nodes.tables[0]?.run(`insert rule ${family} fairlead nat-prerouting return`)
  let synced = () => {}
  const proxy = nodes.start('n1', { synced: new Promise<void>((resolve) => (synced = resolve)) })
  giveBoth()
  synced()
  await proxy.ready
  assert.deepEqual(FAMILIES.map(pins), [1, 1])
  for (let round = 0; round < 12; round++) assert.deepEqual(await again(), first)
  for (const { say } of held) assert.equal(await say('replaced'), 'p21:replaced')
  for (const { close } of held) close()
  give('sticky', 3, undefined)
  give('held', 4, undefined)
})

/** P(χ² > x) with two degrees of freedom, shifted by `noncentrality`: a Poisson mixture of central ones. */
function tail(x: number, noncentrality: number): number {
  let sum = 0
  let weight = Math.exp(-noncentrality / 2)
  let term = Math.exp(-x / 2)
  let central = term
  for (let count = 0; count < 400; count++) {
    sum += weight * central
    weight *= noncentrality / 2 / (count + 1)
    term *= x / 2 / (count + 1)
    central += term
  }
  return sum
}

test('the choice among endpoints is uniform', async () => {
  const connections = 3600
  // With two degrees of freedom P(χ² > x) is e^(−x/2).
  const critical = -2 * Math.log(1e-6)
  const noncentrality = connections * 3 * ((0.4 - 1 / 3) ** 2 + 2 * (0.3 - 1 / 3) ** 2)
  assert.ok(tail(critical, noncentrality) >= 0.99, 'it would see 40/30/30')
  give('fair', 5, { endpoints: ['p11', 'p21', 'p22'] })
  const counts = new Map<string, number>()
  for (let done = 0; done < connections; done += 60) {
    const batch = Array.from({ length: 60 }, () => ask('p12', 'tcp', ip(4, 5), 80, { timeout: 3000 }))
    for (const pod of (await Promise.all(batch)).map(podOf)) counts.set(pod, (counts.get(pod) ?? 0) + 1)
  }
  const expected = connections / 3
  const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  assert.equal(counts.size, 3)
  assert.ok(chi2 < critical, `χ² ${chi2}: ${[...counts]}`)
  give('fair', 5, undefined)
})

test('hints: a node keeps to its own, then to its zone; a hint that one endpoint lacks counts for none', async () => {
  const at = (on: Place, hints: object) => ({ on, hints })
  const zone = (name: string) => ({ forZones: [{ name }] })
  const node = (name: string) => ({ forNodes: [{ name }], forZones: [{ name: 'a' }] })
  const meet = async (from: Place, times: number, pods: readonly Place[]) =>
    assert.deepEqual(await inBoth((family) => met(from, family, 6, times)), [pods, pods])
  give('near', 6, { endpoints: [at('p11', zone('a')), at('p21', zone('b')), at('p22', zone('b'))] })
  await meet('p12', 30, ['p11'])
  await meet('p22', 40, ['p21', 'p22'])
  give('near', 6, { endpoints: [at('p11', node('n1')), at('p12', node('n2')), at('p21', node('n2'))] })
  await meet('p12', 30, ['p11'])
  await meet('p22', 40, ['p12', 'p21'])
  give('near', 6, { endpoints: [at('p11', zone('a')), at('p21', zone('b')), 'p22'] })
  await meet('p12', 60, ['p11', 'p21', 'p22'])
  give('near', 6, undefined)
})

test('a connection to an endpoint that nobody touches survives every change of its Service, and one to a terminating endpoint lives', async () => {
  give('held', 7, { endpoints: ['p21'] })
  const held = await inBoth((family) => hold('p12', ip(family, 7), 80))
  const ports = [{ port: 80, nodePort: 30077 }]
  const leaving = { on: 'p21', ready: false, terminating: true } as const
  const changes: readonly Given[] = [
    { endpoints: ['p21', 'p22'] },
    { endpoints: ['p21'], spec: { type: 'NodePort' }, ports },
    { endpoints: ['p11', 'p21'], spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, ports },
    { endpoints: ['p21'], spec: { internalTrafficPolicy: 'Local' } },
    { endpoints: ['p21', 'p22', 'p11'], spec: { sessionAffinity: 'ClientIP' } },
    { endpoints: ['p21'], ports: [{ port: 80 }, { name: 'more', port: 81 }] },
    { endpoints: ['p21'], spec: { externalIPs: ['198.51.100.7', 'fd00:198::7'] } },
    { endpoints: ['p22', { ...leaving, serving: true }] },
    { endpoints: [{ ...leaving, serving: true }] },
    { endpoints: ['p22', { ...leaving, serving: false }] },
  ]
  for (const [number, given] of changes.entries()) {
    give('held', 7, given)
    for (const { say } of held) assert.equal(await say(`change ${number}`), `p21:change ${number}`)
  }
  for (const family of FAMILIES) assert.deepEqual(await met('p12', family, 7, 10), ['p22'], 'new ones go elsewhere')
  for (const { close } of held) close()
  give('held', 7, undefined)
})

test('foreign tables and their packet marks pass unchanged: a policy route by mark leads translated packets', async () => {
  const nftables = nodes.tables[0] as Nftables
  const far = addressOf('p21', 4)
  give('marked', 8, { endpoints: ['p21'] })
  nftables.run(`table ip stranger {
    chain before { type filter hook prerouting priority -150; ip saddr ${addressOf('p12', 4)} ip daddr ${ip(4, 8)} meta mark set 0x42; }
    chain own { type route hook output priority -150; ip daddr ${ip(4, 8)} meta mark set 0x42; }
    chain behind { type filter hook postrouting priority 300; meta mark 0x42 ip daddr ${far} counter comment "marked"; }
  }
`)
  const route = (...words: string[]) => execFileSync('ip', ['-n', 'fl-n1', ...words])
  route('route', 'add', 'blackhole', `${far}/32`)
  route('rule', 'add', 'fwmark', '0x42', 'lookup', '100')
  route('route', 'add', far, 'via', addressOf('n2', 4), 'table', '100')
  try {
    const listing = nftables.read('list table ip stranger')
    assert.equal(podOf(await ask('p12', 'tcp', ip(4, 8), 80)), 'p21')
    assert.equal(podOf(await ask('n1', 'tcp', ip(4, 8), 80)), 'p21')
    assert.ok('refused' in (await ask('p11', 'tcp', ip(4, 8), 80)), 'who is not marked meets the black hole')
    const counted = nftables.read('list table ip stranger')
    assert.match(counted, /counter packets [1-9]/)
    const plain = (text: string) => text.replaceAll(/packets \d+ bytes \d+/g, '')
    give('marked', 8, { endpoints: ['p21', 'p22'] })
    give('marked', 8, { endpoints: ['p21'] })
    assert.equal(plain(nftables.read('list table ip stranger')), plain(listing))
    assert.doesNotMatch(nftables.read('list table ip fairlead'), /meta mark|ct mark/)
  } finally {
    route('rule', 'del', 'fwmark', '0x42', 'lookup', '100')
    route('route', 'del', 'blackhole', `${far}/32`)
    nftables.run('delete table ip stranger\n')
    give('marked', 8, undefined)
  }
})

test('a flood over changes of endpoints loses no connection and sends none to an endpoint that is gone', async () => {
  const backends = ['p11', 'p21', 'p22'] as const
  const sets = [['p11'], ['p11', 'p21'], ['p21', 'p22'], ['p22'], ['p11', 'p21', 'p22'], ['p21']] as const
  let current: readonly string[] = sets[0]
  give('flood', 9, { endpoints: sets[0] })
  let changes = 0
  let connections = 0
  /** The sets that were in force since an attempt began, of each attempt that is under way. */
  const watched = new Set<Set<string>>()
  const one = async (from: Place) => {
    const allowed = new Set<string>(current)
    watched.add(allowed)
    const answer = await ask(from, 'tcp', ip(4, 9), 80, { timeout: 5000 })
    watched.delete(allowed)
    assert.ok('pod' in answer && allowed.has(answer.pod), `${JSON.stringify(answer)} is not of ${[...allowed]}`)
    connections++
  }
  const end = Date.now() + 10_000
  const client = async (from: Place) => {
    while (connections < 4000 && Date.now() < end) await one(from)
  }
  const clients = [...Array(8)].flatMap(() => [client('p12'), client('out1')])
  let running = true
  const all = Promise.all(clients).finally(() => (running = false))
  while (running) {
    const next = sets[changes++ % sets.length] as readonly (typeof backends)[number][]
    // Both nodes are written one behind the other: until both have it, either set is right.
    for (const allowed of watched) for (const pod of next) allowed.add(pod)
    const before = current
    current = [...new Set([...before, ...next])]
    give('flood', 9, { endpoints: next })
    current = next
    await new Promise((resolve) => setImmediate(resolve))
  }
  await all
  assert.ok(connections > 500 && changes > 300, `${connections} connections, ${changes} changes`)
  give('flood', 9, undefined)
})
