import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { openConntrack } from '#kernel/conntrack.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy, type ServiceFault, type ServiceProxy } from '#reconciler/service-proxy.ts'
import {
  type Answer,
  addressOf,
  ask,
  type Family,
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
const faults: ServiceFault[] = []
const closers: (() => void)[] = []

interface Given {
  readonly spec: object
  readonly ports?: readonly {
    readonly port: number
    readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
    readonly nodePort?: number
    readonly name?: string
  }[]
  readonly endpoints?: readonly (
    | Place
    | { readonly on: Place; readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
  )[]
  readonly vip?: readonly string[]
  readonly created?: string
}

const ip = (family: Family, number: number) => (family === 4 ? `10.96.0.${number}` : `fd00:10:96::${number}`)
const vip = (family: Family, number: number) => (family === 4 ? `203.0.113.${number}` : `fd00:203::${number}`)
const xip = (family: Family, number: number) => (family === 4 ? `198.51.100.${number}` : `fd00:198::${number}`)

/** Tells every node of a Service; dual-stack, its ClusterIPs by its number. */
function give(name: string, number: number, given: Given | undefined): void {
  const key = { namespace: 'default', name }
  for (const proxy of proxies) {
    if (given === undefined) {
      proxy.serviceChanged(key, undefined, [])
      continue
    }
    const ports = given.ports ?? [{ port: 80 }]
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...key, creationTimestamp: given.created ?? '2026-01-01T00:00:00Z' },
      spec: {
        type: 'ClusterIP',
        clusterIP: ip(4, number),
        clusterIPs: [ip(4, number), ip(6, number)],
        ports,
        ...given.spec,
      },
      status: { loadBalancer: { ingress: given.vip?.map((address) => ({ ip: address })) } },
    } as unknown as Service
    const slices = ([4, 6] as const).map((family) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: `IPv${family}`,
      endpoints: (given.endpoints ?? []).map((one) => {
        const { on, ...conditions } = typeof one === 'string' ? { on: one } : one
        return { addresses: [addressOf(on, family)], nodeName: `n${on[1]}`, conditions: { ready: true, ...conditions } }
      }),
      ports: ports.map((port) => ({ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: POD_PORT })),
    })) as unknown as EndpointSlice[]
    proxy.serviceChanged(key, service, slices)
  }
}

const facts = (node: (typeof NODES)[number]) => ({
  name: node,
  zone: undefined,
  nodeAddresses: [addressOf(node, 4), addressOf(node, 6)],
  podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
})

const applied = () => new Promise<void>((resolve) => setImmediate(resolve))

before(async () => {
  topology = Topology.create()
  await topology.serve()
  for (const node of NODES) {
    const nftables = openNftables(placePath(node))
    const conntrack = openConntrack(placePath(node))
    tables.push(nftables)
    closers.push(
      () => nftables.close(),
      () => conntrack.close(),
    )
    proxies.push(
      createServiceProxy({
        node: facts(node),
        kernel: { nftables, conntrack },
        onFault: (fault) => faults.push(fault),
      }),
    )
  }
  const all: readonly Place[] = ['p11', 'p21', 'p22']
  give('web', 1, {
    spec: {
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['172.30.0.101/32', 'fd00:172:30::101/128', '172.30.0.100/31'],
      externalIPs: [xip(4, 7), xip(6, 7)],
    },
    ports: [{ port: 80, nodePort: 30080 }],
    endpoints: all,
    vip: [vip(4, 1), vip(6, 1)],
  })
  give('local', 2, {
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
    ports: [{ port: 80, nodePort: 30081 }],
    endpoints: ['p21', 'p22'],
    vip: [vip(4, 2), vip(6, 2)],
  })
  give('sticky', 3, {
    spec: {
      type: 'NodePort',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    },
    ports: [{ port: 80, nodePort: 30083 }],
    endpoints: all,
  })
  give('empty', 4, {
    spec: { type: 'NodePort' },
    ports: [
      { name: 'tcp', port: 80, nodePort: 30084 },
      { name: 'udp', port: 53, protocol: 'UDP', nodePort: 30054 },
    ],
  })
  give('internal', 5, {
    spec: { type: 'NodePort', internalTrafficPolicy: 'Local' },
    ports: [{ port: 80, nodePort: 30085 }],
    endpoints: ['p11'],
  })
  give('dns', 6, {
    spec: { type: 'NodePort' },
    ports: [
      { name: 'udp', port: 53, protocol: 'UDP', nodePort: 30053 },
      { name: 'tcp', port: 53 },
    ],
    endpoints: all,
  })
  give('alone', 9, { spec: {}, endpoints: ['p11'] })
  give('leaving', 10, {
    spec: {},
    endpoints: [
      { on: 'p21', ready: false, serving: true, terminating: true },
      { on: 'p22', ready: false, serving: false, terminating: true },
      { on: 'p12', ready: false },
    ],
  })
  give('sticky-local', 11, {
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    },
    endpoints: all,
    vip: [vip(4, 3), vip(6, 3)],
  })
  give('headless', 12, { spec: { clusterIP: 'None', clusterIPs: ['None'] }, endpoints: all })
  await Promise.all(proxies.map((proxy) => proxy.ready))
  // Neighbours are learned by the first packets, which a solicitation that is lost delays by a second.
  const first = (['p12', 'p22', 'n1', 'out1', 'out2'] as const).flatMap((from) =>
    PODS.flatMap((pod) =>
      ([4, 6] as const).map((family) => ask(from, 'tcp', addressOf(pod, family), POD_PORT, { timeout: 100 })),
    ),
  )
  await Promise.all(first)
})

after(() => {
  for (const proxy of proxies) proxy.stop()
  for (const close of closers) close()
  topology?.remove()
})

interface Expected {
  /** All of these answer in the end, and nobody else. */
  readonly pods?: readonly Place[]
  /** Whom the pod sees: `client`, or the node whose address it is. */
  readonly sees?: 'client' | 'n1' | 'n2'
  readonly refused?: 'reset' | 'unreachable' | 'silence' | 'forbidden'
}

async function meets(
  from: Place,
  protocol: 'tcp' | 'udp',
  address: string,
  port: number,
  expected: Expected,
): Promise<void> {
  const about = `${from} ${protocol} ${address} ${port}`
  if (expected.refused !== undefined) {
    assert.deepEqual(await ask(from, protocol, address, port, { timeout: 150 }), { refused: expected.refused }, about)
    return
  }
  const family: Family = address.includes(':') ? 6 : 4
  const seen = new Set<string>()
  // Enough that one of three is missed once in 10^7 runs.
  for (let round = 0; round < 42 && (round < 6 || seen.size < (expected.pods?.length ?? 0)); round++) {
    const answer: Answer = await ask(from, protocol, address, port, { timeout: 1000 })
    assert.ok('pod' in answer, `${about}: ${JSON.stringify(answer)}`)
    assert.ok(expected.pods?.includes(answer.pod as Place), `${about}: ${answer.pod} is not of the set`)
    seen.add(answer.pod)
    if (expected.sees === undefined) continue
    const source = addressOf(expected.sees === 'client' ? from : expected.sees, family)
    // A pod that reaches itself, or is on the node that masquerades, sees an address of that node or of its link.
    assert.equal(answer.client === source, true, `${about}: ${answer.pod} sees ${answer.client}, not ${source}`)
  }
  assert.deepEqual([...seen].sort(), [...(expected.pods ?? [])].sort(), about)
}

const ALL: readonly Place[] = ['p11', 'p21', 'p22']
const REMOTE: readonly Place[] = ['p21', 'p22']

for (const family of [4, 6] as const) {
  const n1 = addressOf('n1', family)
  const n2 = addressOf('n2', family)

  test(`IPv${family}: a ClusterIP reaches all endpoints, from pods unmasqueraded, from a node and from outside masqueraded`, async () => {
    await meets('p12', 'tcp', ip(family, 1), 80, { pods: ALL, sees: 'client' })
    await meets('n1', 'tcp', ip(family, 1), 80, { pods: ALL })
    await meets('out1', 'tcp', ip(family, 1), 80, { pods: ALL })
    await meets('p12', 'udp', ip(family, 6), 53, { pods: ALL, sees: 'client' })
    await meets('p12', 'tcp', ip(family, 6), 53, { pods: ALL, sees: 'client' })
  })

  test(`IPv${family}: a node port answers on every node, for outside, for nodes and for pods, also on another node than the pod's`, async () => {
    await meets('out1', 'tcp', n1, 30080, { pods: ALL })
    await meets('out1', 'tcp', n2, 30080, { pods: ALL })
    await meets('n1', 'tcp', n1, 30080, { pods: ALL })
    await meets('n1', 'tcp', n2, 30080, { pods: ALL })
    await meets('p12', 'tcp', n1, 30080, { pods: ALL })
    await meets('p12', 'tcp', n2, 30080, { pods: ALL })
    await meets('out1', 'udp', n1, 30053, { pods: ALL })
    const { client } = (await ask('p12', 'tcp', n2, 30080)) as { client: string }
    assert.notEqual(client, addressOf('p12', family), 'a pod at a node port of policy Cluster is masqueraded')
  })

  test(`IPv${family}: externalTrafficPolicy Local keeps the client's address, drops where no endpoint is, and spares pods and nodes`, async () => {
    await meets('out1', 'tcp', n2, 30081, { pods: REMOTE, sees: 'client' })
    await meets('out1', 'tcp', n1, 30081, { refused: 'silence' })
    await meets('out1', 'tcp', vip(family, 2), 80, { refused: 'silence' })
    await meets('p12', 'tcp', n1, 30081, { pods: REMOTE, sees: 'client' })
    await meets('n1', 'tcp', n1, 30081, { pods: REMOTE, sees: 'n1' })
    await meets('p12', 'tcp', vip(family, 2), 80, { pods: REMOTE, sees: 'client' })
    await meets('out1', 'tcp', vip(family, 3), 80, { pods: ['p11'], sees: 'client' })
    assert.ok(faults.some((fault) => fault.kind === 'no-local-endpoints' && fault.service === 'default/local'))
  })

  test(`IPv${family}: internalTrafficPolicy Local binds the ClusterIP alone`, async () => {
    await meets('p12', 'tcp', ip(family, 5), 80, { pods: ['p11'], sees: 'client' })
    await meets('p22', 'tcp', ip(family, 5), 80, { refused: 'silence' })
    await meets('out1', 'tcp', n2, 30085, { pods: ['p11'] })
  })

  test(`IPv${family}: a load balancer address is guarded by its source ranges, the node port and external IP are not`, async () => {
    await meets('out1', 'tcp', vip(family, 1), 80, { pods: ALL })
    await meets('out2', 'tcp', vip(family, 1), 80, { refused: 'silence' })
    await meets('p12', 'tcp', vip(family, 1), 80, { refused: 'silence' })
    await meets('out2', 'tcp', n1, 30080, { pods: ALL })
    await meets('out2', 'tcp', xip(family, 7), 80, { pods: ALL })
    await meets('p12', 'tcp', xip(family, 7), 80, { pods: ALL })
    await meets('n1', 'tcp', xip(family, 7), 80, { pods: ALL })
  })

  test(`IPv${family}: without endpoints TCP is reset and UDP answered by port unreachable, everywhere`, async () => {
    for (const from of ['p12', 'out1', 'n1'] as const) {
      await meets(from, 'tcp', ip(family, 4), 80, { refused: 'reset' })
      await meets(from, 'tcp', n1, 30084, { refused: 'reset' })
    }
    await meets('p12', 'udp', ip(family, 4), 53, { refused: 'reset' })
    await meets('out1', 'udp', n1, 30054, { refused: 'reset' })
  })

  test(`IPv${family}: a ClusterIP refuses a port it does not serve; an address without a Service is silent; headless ones are left alone`, async () => {
    await meets('p12', 'tcp', ip(family, 1), 81, { refused: 'reset' })
    await meets('p12', 'udp', ip(family, 1), 80, { refused: 'reset' })
    await meets('n1', 'tcp', ip(family, 1), 81, { refused: 'reset' })
    await meets('p12', 'tcp', ip(family, 77), 80, { refused: 'silence' })
    await meets('p12', 'tcp', ip(family, 12), 80, { refused: 'silence' })
  })

  test(`IPv${family}: a pod that reaches itself through its Service sees its node`, async () => {
    await meets('p11', 'tcp', ip(family, 9), 80, { pods: ['p11'] })
    const { client } = (await ask('p11', 'tcp', ip(family, 9), 80)) as { client: string }
    assert.notEqual(client, addressOf('p11', family))
    await meets('p11', 'tcp', ip(family, 1), 80, { pods: ALL })
    await meets('p11', 'tcp', n1, 30080, { pods: ALL })
  })

  test(`IPv${family}: where none is ready, those that serve while they terminate answer`, async () => {
    await meets('p12', 'tcp', ip(family, 10), 80, { pods: ['p21'], sees: 'client' })
  })

  test(`IPv${family}: a client stays with its endpoint, by ClusterIP and node port alike, and moves when it goes`, async () => {
    const { pod } = (await ask('p12', 'tcp', ip(family, 3), 80)) as { pod: Place }
    await meets('p12', 'tcp', ip(family, 3), 80, { pods: [pod], sees: 'client' })
    await meets('p12', 'tcp', n1, 30083, { pods: [pod] })
    const others = ALL.filter((one) => one !== pod)
    const spec = {
      type: 'NodePort',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    }
    const ports = [{ port: 80, nodePort: 30083 }]
    give('sticky', 3, { spec, ports, endpoints: others })
    await applied()
    const moved = (await ask('p12', 'tcp', ip(family, 3), 80)) as { pod: Place }
    assert.ok(others.includes(moved.pod), 'released at once when its endpoint goes')
    await meets('p12', 'tcp', ip(family, 3), 80, { pods: [moved.pod] })
    give('sticky', 3, { spec, ports, endpoints: ALL })
    await applied()
    await meets('p12', 'tcp', ip(family, 3), 80, { pods: [moved.pod] })
  })
}

test('a change reaches the kernel within the tick, and removed Services refuse at once', async () => {
  give('brief', 20, { spec: {}, endpoints: ['p21'] })
  await applied()
  await meets('p12', 'tcp', ip(4, 20), 80, { pods: ['p21'] })
  give('brief', 20, { spec: {}, endpoints: ['p22'] })
  await applied()
  await meets('p12', 'tcp', ip(4, 20), 80, { pods: ['p22'] })
  give('brief', 20, undefined)
  await applied()
  await meets('p12', 'tcp', ip(4, 20), 80, { refused: 'silence' })
})

test('endpoint counts and affinity timeouts that come later find their chains', async () => {
  const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 77 } } }
  give('later', 24, { spec: sticky, endpoints: PODS })
  await applied()
  for (const family of [4, 6] as const) {
    const { pod } = (await ask('p12', 'tcp', ip(family, 24), 80)) as { pod: Place }
    await meets('p12', 'tcp', ip(family, 24), 80, { pods: [pod] })
  }
  const absent = Array.from({ length: 70 }, (_, index) => ({ on: `p1${30 + index}` as Place }))
  give('later', 24, { spec: {}, endpoints: absent })
  await applied()
  assert.deepEqual(
    proxies.flatMap((proxy) => proxy.state().failed),
    [],
  )
  for (const family of [4, 6] as const) await meets('p12', 'tcp', ip(family, 24), 80, { refused: 'silence' })
  give('later', 24, { spec: {}, endpoints: PODS })
  await applied()
  for (const family of [4, 6] as const) await meets('p12', 'tcp', ip(family, 24), 80, { pods: PODS })
  give('later', 24, undefined)
  await applied()
})

test('a UDP client that keeps its port moves when its endpoint or its Service goes, and when the first endpoint comes', async () => {
  const ports = [{ port: 53, protocol: 'UDP' as const, nodePort: 30099 }]
  const spec = { type: 'NodePort' }
  const from = { localPort: 40404, timeout: 400 }
  give('udp', 21, { spec, ports, endpoints: ['p21'] })
  await applied()
  for (const family of [4, 6] as const) {
    give('udp', 21, { spec, ports, endpoints: ['p21'] })
    await applied()
    for (const [from1, address, port] of [
      ['p12', ip(family, 21), 53],
      ['out1', addressOf('n1', family), 30099],
    ] as const) {
      assert.equal(((await ask(from1, 'udp', address, port, from)) as { pod: string }).pod, 'p21')
    }
    give('udp', 21, { spec, ports, endpoints: ['p22'] })
    await applied()
    for (const [from1, address, port] of [
      ['p12', ip(family, 21), 53],
      ['out1', addressOf('n1', family), 30099],
    ] as const)
      assert.equal(((await ask(from1, 'udp', address, port, from)) as { pod: string }).pod, 'p22')
    give('udp', 21, { spec, ports, endpoints: [] })
    await applied()
    assert.deepEqual(await ask('p12', 'udp', ip(family, 21), 53, from), { refused: 'reset' })
    give('udp', 21, { spec, ports, endpoints: ['p11'] })
    await applied()
    assert.equal(((await ask('p12', 'udp', ip(family, 21), 53, from)) as { pod: string }).pod, 'p11')
  }
  give('udp', 21, undefined)
  await applied()
})

test('of two Services that claim one node port the older has it, and the other gets it when it goes', async () => {
  const spec = { type: 'NodePort' }
  const ports = [{ port: 80, nodePort: 30090 }]
  give('young', 22, { spec, ports, endpoints: ['p21'], created: '2026-02-01T00:00:00Z' })
  give('old', 23, { spec, ports, endpoints: ['p22'], created: '2026-01-01T00:00:00Z' })
  await applied()
  await meets('out1', 'tcp', addressOf('n1', 4), 30090, { pods: ['p22'] })
  assert.ok(
    faults.some(
      (fault) => fault.kind === 'claim-lost' && fault.service === 'default/young' && fault.winner === 'default/old',
    ),
  )
  give('old', 23, undefined)
  await applied()
  await meets('out1', 'tcp', addressOf('n1', 4), 30090, { pods: ['p21'] })
  give('young', 22, undefined)
  await applied()
})

test('chains and verdict elements do not grow with Services of the same endpoint counts', async () => {
  const [first] = tables as [Nftables]
  const count = () => {
    const text = first.read('list table ip fairlead')
    return { chains: text.split('\tchain ').length, kinds: first.read('list map ip fairlead kinds').split(',').length }
  }
  for (let number = 100; number < 110; number++) give(`many-${number}`, number, { spec: {}, endpoints: ALL })
  await applied()
  const few = count()
  for (let number = 110; number < 220; number++) give(`many-${number}`, number, { spec: {}, endpoints: ALL })
  await applied()
  assert.deepEqual(count(), few)
  await meets('p12', 'tcp', ip(4, 219), 80, { pods: ALL })
  for (let number = 100; number < 220; number++) give(`many-${number}`, number, undefined)
  await applied()
  await meets('p12', 'tcp', ip(4, 219), 80, { refused: 'silence' })
  assert.deepEqual(
    proxies.map((proxy) => [proxy.state().pending, proxy.state().failed.length]),
    [
      [0, 0],
      [0, 0],
    ],
  )
})

test('established connections survive changes, a terminating endpoint, and a restart over the old tables', async () => {
  give('held', 25, { spec: {}, endpoints: ['p21'] })
  await applied()
  const held = await Promise.all(([4, 6] as const).map((family) => hold('p12', ip(family, 25), 80)))
  const alive = async (text: string) => {
    for (const { pod, say } of held) assert.equal(await say(text), `${pod}:${text}`)
  }
  give('held', 25, { spec: {}, endpoints: [{ on: 'p21', ready: false, serving: true, terminating: true }, 'p22'] })
  await applied()
  await alive('terminating')
  await meets('p12', 'tcp', ip(4, 25), 80, { pods: ['p22'] })
  const nftables = openNftables(placePath('n1'))
  const conntrack = openConntrack(placePath('n1'))
  closers.push(
    () => nftables.close(),
    () => conntrack.close(),
  )
  nftables.run(
    'table ip stranger { chain c { type filter hook forward priority 5; counter comment "not ours"\n }\n }\n',
  )
  proxies[0]?.stop()
  proxies[0] = createServiceProxy({ node: facts('n1'), kernel: { nftables, conntrack } })
  give('held', 25, { spec: {}, endpoints: ['p22'] })
  await proxies[0].ready
  await alive('restarted')
  await meets('p12', 'tcp', ip(4, 25), 80, { pods: ['p22'] })
  await meets('p12', 'tcp', ip(4, 1), 80, { refused: 'silence' })
  assert.match(nftables.read('list tables'), /table ip stranger/)
  for (const { close } of held) close()
  give('held', 25, undefined)
  await applied()
})
