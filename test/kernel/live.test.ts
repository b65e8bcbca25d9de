import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { openConntrack } from '#kernel/conntrack.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/service-proxy.ts'
import { SctpSocket } from './sctp.ts'
import {
  type Answer,
  addressOf,
  ask,
  hold,
  NODES,
  type Place,
  POD_PORT,
  PODS,
  placePath,
  Topology,
} from './topology.ts'

let topology: Topology
const proxies: ServiceProxy[] = []
const tables: Nftables[] = []
const closers: (() => void)[] = []

interface GivenEndpoint {
  readonly on: Place
  readonly ready?: boolean
  readonly serving?: boolean
  readonly terminating?: boolean
  readonly hints?: object
}

const ip = (number: number) => `10.96.0.${number}`

/** Tells both nodes of an IPv4 Service. */
function give(
  name: string,
  number: number,
  endpoints: readonly (Place | GivenEndpoint)[] | undefined,
  spec: object = {},
  protocol = 'TCP',
): void {
  const key = { namespace: 'default', name }
  for (const proxy of proxies) {
    if (endpoints === undefined) {
      proxy.serviceChanged(key, undefined, [])
      proxy.flush()
      continue
    }
    const service = {
      metadata: { ...key, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        type: 'ClusterIP',
        clusterIP: ip(number),
        clusterIPs: [ip(number)],
        ports: [{ port: 80, protocol }],
        ...spec,
      },
    } as unknown as Service
    const slice = {
      addressType: 'IPv4',
      endpoints: endpoints.map((one) => {
        const { on, hints, ...conditions }: GivenEndpoint = typeof one === 'string' ? { on: one } : one
        return {
          addresses: [addressOf(on, 4)],
          nodeName: `n${on[1]}`,
          conditions: { ready: true, ...conditions },
          hints,
        }
      }),
      ports: ['', 'more'].map((port) => ({ name: port, protocol, port: POD_PORT })),
    } as unknown as EndpointSlice
    proxy.serviceChanged(key, service, [slice])
    proxy.flush()
  }
}

const podOf = (answer: Answer): string => {
  assert.ok('pod' in answer, JSON.stringify(answer))
  return answer.pod
}
const met = async (from: Place, number: number, times: number) => {
  const answers = await Promise.all(
    Array.from({ length: times }, () => ask(from, 'tcp', ip(number), 80, { timeout: 2000 })),
  )
  return [...new Set(answers.map(podOf))].sort()
}
const pins = () => {
  let count = 0
  tables[0]?.dump('ip', 'fairlead', 'affinity', () => count++)
  return count
}

before(async () => {
  topology = Topology.create()
  await topology.serve()
  for (const name of NODES) {
    const nftables = openNftables(placePath(name))
    const conntrack = openConntrack(placePath(name))
    tables.push(nftables)
    closers.push(
      () => nftables.close(),
      () => conntrack.close(),
    )
    proxies.push(
      createServiceProxy({
        node: {
          name,
          zone: name === 'n1' ? 'a' : 'b',
          nodeAddresses: [addressOf(name, 4)],
          podCidrs: ['10.244.0.0/16'],
          serviceCidrs: ['10.96.0.0/16'],
        },
        kernel: { nftables, conntrack },
      }),
    )
  }
  // Neighbours are learned by the first packets.
  await Promise.all(PODS.flatMap((pod) => PODS.map((from) => ask(from, 'tcp', addressOf(pod, 4), POD_PORT))))
})

after(() => {
  for (const proxy of proxies) proxy.stop()
  for (const close of closers) close()
  topology?.remove()
})

test('SCTP: an INIT to a ClusterIP comes to an endpoint, translated, from the pod itself; without endpoints it is answered by ICMP', async () => {
  give('sctp', 1, ['p11', 'p21'], {}, 'SCTP')
  const receivers = (['p11', 'p21'] as const).map((pod) => [pod, SctpSocket.open(placePath(pod))] as const)
  const client = SctpSocket.open(placePath('p12'))
  const seen = new Set<string>()
  try {
    for (let port = 40000; port < 40060 && seen.size < 2; port++) {
      client.sendInit(ip(1), port, 80)
      await sleep(5)
      for (const [pod, socket] of receivers)
        for (const packet of socket.received()) {
          assert.deepEqual(packet, { source: addressOf('p12', 4), sourcePort: port, port: POD_PORT, chunk: 'INIT' })
          seen.add(pod)
        }
    }
    assert.deepEqual([...seen].sort(), ['p11', 'p21'])
    give('sctp', 1, [], {}, 'SCTP')
    const icmp = SctpSocket.openIcmp(placePath('p12'))
    client.sendInit(ip(1), 41000, 80)
    await sleep(20)
    const refusals = icmp.receivedIcmp()
    icmp.close()
    assert.deepEqual(refusals, [{ type: 3, code: 3 }])
    assert.deepEqual(
      receivers.flatMap(([, socket]) => socket.received()),
      [],
    )
  } finally {
    client.close()
    for (const [, socket] of receivers) socket.close()
    give('sctp', 1, undefined)
  }
})

test('a pin is renewed by each connection and expires when none comes', async () => {
  const affinity = (timeoutSeconds: number) => ({
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds } },
  })
  give('sticky', 2, PODS, affinity(2))
  const first = podOf(await ask('p12', 'tcp', ip(2), 80))
  for (let round = 0; round < 4; round++) {
    await sleep(1200)
    assert.equal(podOf(await ask('p12', 'tcp', ip(2), 80)), first, `after ${(round + 1) * 1.2} s`)
  }
  assert.equal(pins(), 1)
  await sleep(2300)
  assert.equal(pins(), 0)
  give('sticky', 2, undefined)
})

test('pins, and what they lead to, stay when the proxy starts again', async () => {
  const spec = { sessionAffinity: 'ClientIP' }
  give('sticky', 3, PODS, spec)
  const first = podOf(await ask('p12', 'tcp', ip(3), 80))
  proxies[0]?.stop()
  const [name] = NODES
  const [nftables] = tables as [Nftables]
  const conntrack = openConntrack(placePath(name))
  closers.push(() => conntrack.close())
  let synced = () => {}
  proxies[0] = createServiceProxy({
    node: {
      name,
      zone: 'a',
      nodeAddresses: [addressOf(name, 4)],
      podCidrs: ['10.244.0.0/16'],
      serviceCidrs: ['10.96.0.0/16'],
    },
    kernel: { nftables, conntrack },
    synced: new Promise<void>((resolve) => (synced = resolve)),
  })
  give('before', 4, ['p21'])
  give('sticky', 3, [...PODS].reverse(), spec)
  synced()
  await proxies[0].ready
  assert.equal(pins(), 1)
  for (let round = 0; round < 12; round++) assert.equal(podOf(await ask('p12', 'tcp', ip(3), 80)), first)
  give('sticky', 3, undefined)
  give('before', 4, undefined)
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
  give('fair', 5, ['p11', 'p21', 'p22'])
  const counts = new Map<string, number>()
  for (let done = 0; done < connections; done += 60) {
    const batch = Array.from({ length: 60 }, () => ask('p12', 'tcp', ip(5), 80, { timeout: 3000 }))
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
  give('near', 6, [at('p11', zone('a')), at('p21', zone('b')), at('p22', zone('b'))])
  assert.deepEqual(await met('p12', 6, 30), ['p11'])
  assert.deepEqual(await met('p22', 6, 40), ['p21', 'p22'])
  give('near', 6, [at('p11', node('n1')), at('p12', node('n2')), at('p21', node('n2'))])
  assert.deepEqual(await met('p12', 6, 30), ['p11'])
  assert.deepEqual(await met('p22', 6, 40), ['p12', 'p21'])
  give('near', 6, [at('p11', zone('a')), at('p21', zone('b')), 'p22'])
  assert.deepEqual(await met('p12', 6, 60), ['p11', 'p21', 'p22'])
  give('near', 6, undefined)
})

test('a connection to an endpoint that nobody touches survives every change of its Service, and one to a terminating endpoint lives', async () => {
  give('held', 7, ['p21'])
  const held = await hold('p12', ip(7), 80)
  const ports = [{ port: 80, nodePort: 30077 }]
  const changes: readonly (readonly [readonly (Place | GivenEndpoint)[], object])[] = [
    [['p21', 'p22'], {}],
    [['p21'], { type: 'NodePort', ports }],
    [['p11', 'p21'], { type: 'LoadBalancer', ports, externalTrafficPolicy: 'Local' }],
    [['p21'], { internalTrafficPolicy: 'Local' }],
    [['p21', 'p22', 'p11'], { sessionAffinity: 'ClientIP' }],
    [['p21'], { ports: [{ port: 80 }, { name: 'more', port: 81 }] }],
    [['p21'], { externalIPs: ['198.51.100.7'] }],
    [['p22', { on: 'p21', ready: false, serving: true, terminating: true }], {}],
    [[{ on: 'p21', ready: false, serving: true, terminating: true }], {}],
    [['p22', { on: 'p21', ready: false, serving: false, terminating: true }], {}],
  ]
  for (const [number, [endpoints, spec]] of changes.entries()) {
    give('held', 7, endpoints, spec)
    assert.equal(await held.say(`change ${number}`), `p21:change ${number}`)
  }
  assert.deepEqual(await met('p12', 7, 10), ['p22'], 'new ones go elsewhere')
  held.close()
  give('held', 7, undefined)
})

test('foreign tables and their packet marks pass unchanged: a policy route by mark leads translated packets', async () => {
  const [nftables] = tables as [Nftables]
  const far = addressOf('p21', 4)
  give('marked', 8, ['p21'])
  nftables.run(`table ip stranger {
    chain before { type filter hook prerouting priority -150; ip saddr ${addressOf('p12', 4)} ip daddr ${ip(8)} meta mark set 0x42; }
    chain own { type route hook output priority -150; ip daddr ${ip(8)} meta mark set 0x42; }
    chain behind { type filter hook postrouting priority 300; meta mark 0x42 ip daddr ${far} counter comment "marked"; }
  }
`)
  const route = (...words: string[]) => execFileSync('ip', ['-n', 'fl-n1', ...words])
  route('route', 'add', 'blackhole', `${far}/32`)
  route('rule', 'add', 'fwmark', '0x42', 'lookup', '100')
  route('route', 'add', far, 'via', addressOf('n2', 4), 'table', '100')
  try {
    const listing = nftables.read('list table ip stranger')
    assert.equal(podOf(await ask('p12', 'tcp', ip(8), 80)), 'p21')
    assert.equal(podOf(await ask('n1', 'tcp', ip(8), 80)), 'p21')
    assert.ok('refused' in (await ask('p11', 'tcp', ip(8), 80)), 'who is not marked meets the black hole')
    const counted = nftables.read('list table ip stranger')
    assert.match(counted, /counter packets [1-9]/)
    const plain = (text: string) => text.replaceAll(/packets \d+ bytes \d+/g, '')
    give('marked', 8, ['p21', 'p22'])
    give('marked', 8, ['p21'])
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
  give('flood', 9, sets[0])
  let changes = 0
  let connections = 0
  /** The sets that were in force since an attempt began, of each attempt that is under way. */
  const watched = new Set<Set<string>>()
  const one = async (from: Place) => {
    const allowed = new Set<string>(current)
    watched.add(allowed)
    const answer = await ask(from, 'tcp', ip(9), 80, { timeout: 5000 })
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
    give('flood', 9, next)
    current = next
    await new Promise((resolve) => setImmediate(resolve))
  }
  await all
  assert.ok(connections > 500 && changes > 300, `${connections} connections, ${changes} changes`)
  give('flood', 9, undefined)
})
