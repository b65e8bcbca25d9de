import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, addressOf, ask, type Family, hold, type Place, PODS } from './topology.ts'
import { type Given, ip, podOf, TwoNodes, vip, xip } from './two-nodes.ts'

let nodes: TwoNodes

const give = (name: string, number: number, given: Given | undefined) => nodes.give(name, number, given)

const applied = () => new Promise<void>((resolve) => setImmediate(resolve))

before(async () => {
  nodes = await TwoNodes.create()
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
  give('alone', 9, { endpoints: ['p11'] })
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
  await Promise.all(nodes.proxies.map((proxy) => proxy.ready))
})

after(() => nodes?.stop())

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
    // A pod of the other node: its endpoint's answer must come by the node that was asked.
    await meets('p21', 'tcp', n1, 30081, { pods: REMOTE, sees: 'n1' })
    await meets('p12', 'tcp', n2, 30081, { pods: REMOTE, sees: 'client' })
    await meets('p12', 'tcp', vip(family, 2), 80, { pods: REMOTE, sees: 'client' })
    await meets('out1', 'tcp', vip(family, 3), 80, { pods: ['p11'], sees: 'client' })
    assert.ok(nodes.faults.some((fault) => fault.kind === 'no-local-endpoints' && fault.service === 'default/local'))
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
    const pod = podOf(await ask('p12', 'tcp', ip(family, 3), 80))
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
    const moved = podOf(await ask('p12', 'tcp', ip(family, 3), 80))
    assert.ok(others.includes(moved), 'released at once when its endpoint goes')
    await meets('p12', 'tcp', ip(family, 3), 80, { pods: [moved] })
    give('sticky', 3, { spec, ports, endpoints: ALL })
    await applied()
    await meets('p12', 'tcp', ip(family, 3), 80, { pods: [moved] })
  })
}

test('a change reaches the kernel within the tick, and removed Services refuse at once', async () => {
  give('brief', 20, { endpoints: ['p21'] })
  await applied()
  await meets('p12', 'tcp', ip(4, 20), 80, { pods: ['p21'] })
  give('brief', 20, { endpoints: ['p22'] })
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
    const pod = podOf(await ask('p12', 'tcp', ip(family, 24), 80))
    await meets('p12', 'tcp', ip(family, 24), 80, { pods: [pod] })
  }
  const absent = Array.from({ length: 70 }, (_, index) => ({ on: `p1${30 + index}` as Place }))
  give('later', 24, { endpoints: absent })
  await applied()
  assert.deepEqual(
    nodes.proxies.flatMap((proxy) => proxy.state().failed),
    [],
  )
  for (const family of [4, 6] as const) await meets('p12', 'tcp', ip(family, 24), 80, { refused: 'silence' })
  give('later', 24, { endpoints: PODS })
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
      assert.equal(podOf(await ask(from1, 'udp', address, port, from)), 'p21')
    }
    give('udp', 21, { spec, ports, endpoints: ['p22'] })
    await applied()
    for (const [from1, address, port] of [
      ['p12', ip(family, 21), 53],
      ['out1', addressOf('n1', family), 30099],
    ] as const)
      assert.equal(podOf(await ask(from1, 'udp', address, port, from)), 'p22')
    give('udp', 21, { spec, ports, endpoints: [] })
    await applied()
    assert.deepEqual(await ask('p12', 'udp', ip(family, 21), 53, from), { refused: 'reset' })
    give('udp', 21, { spec, ports, endpoints: ['p11'] })
    await applied()
    assert.equal(podOf(await ask('p12', 'udp', ip(family, 21), 53, from)), 'p11')
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
    nodes.faults.some(
      (fault) => fault.kind === 'claim-lost' && fault.service === 'default/young' && fault.winner === 'default/old',
    ),
  )
  give('old', 23, undefined)
  await applied()
  await meets('out1', 'tcp', addressOf('n1', 4), 30090, { pods: ['p21'] })
  give('young', 22, undefined)
  await applied()
})

test('nft’s own list names the Service of each frontend, also of one that changed and of the longest names', async () => {
  const lists = () => {
    const { read } = nodes.tables[0] as (typeof nodes.tables)[number]
    const table = (family: string) => read.call(nodes.tables[0], `list table ${family} fairlead`)
    return table('ip') + table('ip6')
  }
  const longest = 'a'.repeat(63)
  const ports = [
    { name: longest, port: 80, nodePort: 30095 },
    { name: 'b', port: 81 },
  ]
  give(longest, 60, { spec: { type: 'NodePort' }, ports, endpoints: ['p11'] })
  give('named', 61, { ports: [{ name: 'http', port: 80 }], endpoints: ['p11'] })
  await applied()
  const lines = (name: string) =>
    lists()
      .split('\n')
      .filter((line) => line.includes(`"${name}`))
      .map((line) => line.trim())
  // nft has the names of protocols from /etc/protocols, which a bare system lacks.
  const named = () => lists().match(/\S+ \. (?:tcp|6) \. 80 comment "default\/named:http" : /g) ?? []
  assert.deepEqual(
    named()
      .map((text) => text.split(' ')[0])
      .sort(),
    [ip(4, 61), ip(6, 61)].sort(),
  )
  assert.ok(lines(`default/${longest}:a`).length >= 4, 'ClusterIP and node port, in both families')
  give('named', 61, { ports: [{ name: 'http', port: 80 }], endpoints: ['p11', 'p21', 'p22'] })
  await applied()
  assert.equal(named().length, 2)
  give('named', 61, undefined)
  give(longest, 60, undefined)
  await applied()
  assert.equal(named().length, 0)
  assert.deepEqual(
    nodes.proxies.flatMap((proxy) => proxy.state().failed),
    [],
  )
})

test('chains and verdict elements do not grow with Services of the same endpoint counts', async () => {
  const first = nodes.tables[0] as (typeof nodes.tables)[number]
  const count = () => {
    const text = first.read('list table ip fairlead')
    return { chains: text.split('\tchain ').length, kinds: first.read('list map ip fairlead kinds').split(',').length }
  }
  for (let number = 100; number < 110; number++) give(`many-${number}`, number, { endpoints: ALL })
  await applied()
  const few = count()
  for (let number = 110; number < 220; number++) give(`many-${number}`, number, { endpoints: ALL })
  await applied()
  assert.deepEqual(count(), few)
  await meets('p12', 'tcp', ip(4, 219), 80, { pods: ALL })
  for (let number = 100; number < 220; number++) give(`many-${number}`, number, undefined)
  await applied()
  await meets('p12', 'tcp', ip(4, 219), 80, { refused: 'silence' })
  assert.deepEqual(
    nodes.proxies.map((proxy) => [proxy.state().pending, proxy.state().failed.length]),
    [
      [0, 0],
      [0, 0],
    ],
  )
})

test('established connections survive changes, a terminating endpoint, and a restart over the old tables', async () => {
  give('held', 25, { endpoints: ['p21'] })
  await applied()
  const held = await Promise.all(([4, 6] as const).map((family) => hold('p12', ip(family, 25), 80)))
  const alive = async (text: string) => {
    for (const { pod, say } of held) assert.equal(await say(text), `${pod}:${text}`)
  }
  give('held', 25, { endpoints: [{ on: 'p21', ready: false, serving: true, terminating: true }, 'p22'] })
  await applied()
  await alive('terminating')
  await meets('p12', 'tcp', ip(4, 25), 80, { pods: ['p22'] })
  nodes.tables[0]?.run(
    'table ip stranger { chain c { type filter hook forward priority 5; counter comment "not ours"\n }\n }\n',
  )
  const proxy = nodes.start('n1')
  give('held', 25, { endpoints: ['p22'] })
  await proxy.ready
  await alive('restarted')
  await meets('p12', 'tcp', ip(4, 25), 80, { pods: ['p22'] })
  await meets('p12', 'tcp', ip(4, 1), 80, { refused: 'silence' })
  assert.match(String(nodes.tables[0]?.read('list tables')), /table ip stranger/)
  for (const { close } of held) close()
  give('held', 25, undefined)
  await applied()
})
