import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'
import { removeTables } from '#reconciler/testing/remove-tables.ts'
import { rawState } from './kernel-state.ts'

const NAME = 'fl-audit'
const AUDIT_MS = 10_000
const node: NodeFacts = {
  name: 'n1',
  zone: undefined,
  nodeAddresses: ['172.30.0.2', 'fd00:172:30::2'],
  podCidrs: ['10.244.0.0/16', 'fd00:10:244::/48'],
  serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  ownPods: [{ cidr: '10.244.1.0/24', masqueradeAs: '172.30.0.2' }],
}
let nftables: Nftables

before(() => {
  createNetworkNamespace(NAME)
  nftables = openNftables(namespacePath(NAME))
})
beforeEach(() => removeTables(nftables))
after(() => {
  nftables?.close()
  deleteNamespace(namespacePath(NAME))
})

/** Two Services, one of them with pins, of more endpoints than there are chains for. */
function objects(number: number): readonly [Service, readonly EndpointSlice[]] {
  const name = `s${number}`
  const clusterIPs = [`10.96.0.${number}`, `fd00:10:96::${number}`]
  const spec = { type: 'ClusterIP', clusterIP: clusterIPs[0], clusterIPs, ports: [{ port: 80 }] }
  const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } } }
  const slice = (addressType: string, addresses: readonly string[]) => ({
    addressType,
    endpoints: addresses.map((address) => ({ addresses: [address], nodeName: 'n1' })),
    ports: [{ name: '', port: 8080 }],
  })
  const pods = Array.from({ length: number === 1 ? 3 : 20 }, (_, pod) => pod + 1)
  return [
    {
      metadata: { namespace: 'default', name },
      spec: number === 1 ? { ...spec, ...sticky } : spec,
    } as unknown as Service,
    [
      slice(
        'IPv4',
        pods.map((pod) => `10.244.${number}.${pod}`),
      ),
      slice(
        'IPv6',
        pods.map((pod) => `fd00:10:244:${number}::${pod}`),
      ),
    ] as unknown as EndpointSlice[],
  ]
}

function start({ facts = node, order = [1, 2] } = {}) {
  const clock = new HandClock()
  const proxy = createServiceProxy({
    node: facts,
    kernel: {
      nftables,
      conntrack: new NotedFlows(),
    },
    clock,
    onFault: (fault) => assert.fail(JSON.stringify(fault)),
  })
  for (const number of order) proxy.serviceChanged({ namespace: 'default', name: `s${number}` }, ...objects(number))
  proxy.flush()
  const advance = (milliseconds: number) => clock.advance(milliseconds)
  return { proxy, advance }
}

/** An end before all ranges, which nft puts there when it first adds one. */
const SENTINEL = /(cidrs|own-pods) 0+ +$/

/** All that the kernel holds but pins, and all rules. */
function everything(): readonly string[] {
  const rules: string[] = []
  for (const family of ['ip', 'ip6'] as const)
    nftables.rules(family, 'fairlead', (chain, bytes) =>
      rules.push(`${family} ${chain} ${Buffer.from(bytes).toString('hex')}`),
    )
  for (const family of ['ip', 'ip6'] as const)
    nftables.hooks(family, 'fairlead', (chain = 'flags', bytes) =>
      rules.push(`${family} ${chain} ${Buffer.from(bytes).toString('hex')}`),
    )
  return [...rawState(nftables).filter((line) => !line.includes(' affinity ') && !SENTINEL.test(line)), ...rules.sort()]
}

/** The word of the sticky Service's frontend. */
function wordOf(): number {
  let word = 0
  nftables.dump('ip', 'fairlead', 'frontends', ({ key, data }) => {
    if (key[3] === 1) word = new Uint32Array((data as Uint8Array).slice().buffer)[0] as number
  })
  return word
}

const pin = () => {
  const id = wordOf() & 0x7fffe000
  nftables.run(`add element ip fairlead affinity { ${id} . 10.244.9.9 timeout 600s expires 300s : ${id + 2} }`)
  nftables.run(`add element ip6 fairlead affinity { ${id} . 123456789 timeout 600s expires 300s : ${id + 3} }`)
}
const pins = (): readonly string[] => {
  const found: string[] = []
  for (const family of ['ip', 'ip6'] as const)
    nftables.dump(family, 'fairlead', 'affinity', ({ key, data, timeout, expiresIn = 0 }) => {
      assert.ok(expiresIn > 280_000 && expiresIn <= 300_000, `${expiresIn}`)
      found.push(`${Buffer.from(key).toString('hex')} ${Buffer.from(data ?? []).toString('hex')} ${timeout}`)
    })
  return found
}

const rulesOf = (chain: string): readonly string[] =>
  nftables
    .read(`list chain ip fairlead ${chain}`)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(table|chain|type|})/.test(line))
/** A base chain made again otherwise, with the rules that it had. */
const remade = (chain: string, type: string, hook: string, priority: string) => () =>
  [
    `delete chain ip fairlead ${chain}`,
    `add chain ip fairlead ${chain} { type ${type} hook ${hook} priority ${priority}; }`,
    ...rulesOf(chain).map((rule) => `add rule ip fairlead ${chain} ${rule}`),
  ].join('\n')
/** A chain whose first rule accepts whatever comes, in the place of what it did. */
const replaced = (chain: string) => () =>
  [
    `flush chain ip fairlead ${chain}`,
    ...['accept', ...rulesOf(chain).slice(1)].map((rule) => `add rule ip fairlead ${chain} ${rule}`),
  ].join('\n')

const EDITS: readonly (readonly [what: string, edit: string | (() => string)])[] = [
  ['an element deleted', 'delete element ip fairlead frontends { 10.96.0.1 . tcp . 80 }'],
  ['an endpoint deleted', 'delete element ip fairlead cluster-ips { 10.96.0.2 }'],
  ['an element added', 'add element ip fairlead cluster-ips { 10.96.0.99 }'],
  ['an element of a node set deleted', 'delete element ip fairlead pod-cidrs { 10.244.0.0/16 }'],
  ['an element of a node set added', 'add element ip6 fairlead service-cidrs { fd00:1::/64 }'],
  ['the node sets flushed', 'flush set ip fairlead nodeport-ips; flush map ip fairlead own-pods'],
  ['a map flushed', 'flush map ip6 fairlead endpoints'],
  ['a chain added', 'add chain ip fairlead extra; add rule ip fairlead extra accept'],
  ['the verdict map flushed', 'flush map ip fairlead kinds'],
  ['a base chain flushed', 'flush chain ip fairlead nat-prerouting'],
  ['a chain of a kind flushed', 'flush chain ip6 fairlead sticky-3-600'],
  ['a rule added', 'insert rule ip fairlead nat-prerouting return'],
  ['a base chain deleted', 'delete chain ip fairlead filter-forward'],
  ['a table put to sleep', 'add table ip fairlead { flags dormant; }'],
  ['a chain that drops what no rule accepts', 'add chain ip fairlead filter-forward { policy drop; }'],
  ['a chain added that drops all', 'add chain ip fairlead extra { type filter hook forward priority 0; policy drop; }'],
  ['a base chain of another priority', remade('filter-forward', 'filter', 'forward', '10')],
  ['a base chain at another hook', remade('filter-forward', 'filter', 'input', '0')],
  ['a rule of a kind’s chain replaced by another', replaced('sticky-3-600')],
  ['an element for all keys that have none', 'add element ip fairlead cluster-ips { * }'],
  ['a source that may be anybody', 'add element ip fairlead allowed { 10.96.0.2-10.96.0.9 . tcp . 80 . 10.0.0.0/8 }'],
  ['the stamp flushed', 'flush set ip fairlead stamp'],
  ['one of the tables deleted', 'delete table ip6 fairlead'],
  ['both tables deleted', 'delete table ip6 fairlead; delete table ip fairlead'],
  ['the whole ruleset flushed', 'flush ruleset'],
]

for (const [what, edit] of EDITS)
  test(`${what} by somebody else is noticed in ten seconds and mended`, () => {
    const { proxy, advance } = start()
    const held = everything()
    nftables.run(typeof edit === 'string' ? edit : edit())
    advance(AUDIT_MS)
    assert.deepEqual(everything(), held)
    assert.equal(proxy.state().mended, 1)
    advance(AUDIT_MS)
    assert.equal(proxy.state().mended, 1)
    proxy.stop()
  })

test('a flushed chain is mended and pins stay; a Service that meets the edit first mends it at once', () => {
  const { proxy, advance } = start()
  pin()
  const held = pins()
  nftables.run('flush chain ip fairlead nat-output')
  advance(AUDIT_MS)
  assert.deepEqual(pins(), held)
  const whole = everything()
  nftables.run('delete element ip fairlead endpoints { 0x4001 }')
  const [service] = objects(2)
  proxy.serviceChanged({ namespace: 'default', name: 's2' }, service, [])
  proxy.flush()
  proxy.serviceChanged({ namespace: 'default', name: 's2' }, ...objects(2))
  proxy.flush()
  const isKind = (line: string) => line.includes(' kinds ')
  assert.equal(everything().filter((line) => !isKind(line)).length, whole.filter((line) => !isKind(line)).length)
  proxy.stop()
})

test('what others write into tables of their own makes us read, and write nothing', () => {
  const { proxy, advance } = start()
  const held = everything()
  nftables.run('add table ip foreign')
  const generation = nftables.generation()
  advance(AUDIT_MS)
  nftables.run('delete table ip foreign')
  advance(AUDIT_MS)
  assert.equal(nftables.generation(), generation + 1)
  assert.deepEqual(everything(), held)
  assert.equal(proxy.state().mended, 0)
  proxy.stop()
})

test('as long as nobody else writes, an audit asks for one number', () => {
  const { proxy, advance } = start()
  const { dump } = nftables
  nftables.dump = () => assert.fail('it read a set')
  try {
    for (const number of [1, 2, 1]) {
      proxy.serviceChanged({ namespace: 'default', name: `s${number}` }, objects(number)[0], [])
      proxy.flush()
      advance(AUDIT_MS)
    }
  } finally {
    nftables.dump = dump
  }
  proxy.stop()
})

test('a start with other facts of the node changes the sets of the node in one transaction, and nothing else', () => {
  start().proxy.stop()
  pin()
  const held = { pins: pins(), everything: everything() }
  const { generation } = nftables
  let before = nftables.generation()
  const facts = {
    ...node,
    nodeAddresses: ['172.30.0.3'],
    podCidrs: ['10.244.0.0/15', '10.250.0.0/24', '10.250.1.0/24', '0.0.0.0/5'],
    serviceCidrs: ['fd00:10:96::/108'],
    ownPods: [{ cidr: '10.244.2.0/24', masqueradeAs: '172.30.0.3' }],
  }
  const second = start({ facts, order: [2, 1] })
  assert.equal(nftables.generation(), before + 1)
  assert.deepEqual(pins(), held.pins)
  const isNodes = (line: string) => /-cidrs|own-pods|nodeport-ips/.test(line)
  assert.deepEqual(
    everything().filter((line) => !isNodes(line)),
    held.everything.filter((line) => !isNodes(line)),
  )
  second.proxy.stop()
  before = nftables.generation()
  start({ facts }).proxy.stop()
  assert.equal(nftables.generation(), before, 'the same facts again: nothing is written')
  start().proxy.stop()
  assert.deepEqual(everything(), held.everything)
  assert.equal(generation, nftables.generation)
})

/** As if rules of another version of ours had written these tables. */
const pretendOtherRules = (): void => {
  const words: number[] = []
  for (const family of ['ip', 'ip6']) nftables.run(`flush chain ${family} fairlead filter-forward`)
  nftables.dump('ip', 'fairlead', 'stamp', ({ key }) => words.push(new Uint32Array(key.slice().buffer)[0] as number))
  assert.ok(words.length >= 3)
}

test('a start with other rules replaces the tables and carries pins over, with the ids that they are kept by and the time they have left', () => {
  start().proxy.stop()
  pin()
  const held = { pins: pins(), word: wordOf(), everything: everything() }
  pretendOtherRules()
  const { proxy } = start({ order: [2, 1] })
  assert.deepEqual(pins(), held.pins)
  assert.equal(wordOf() & 0x7fffe000, held.word & 0x7fffe000)
  assert.equal(everything().length, held.everything.length)
  proxy.stop()
})

test('pins of another shape are forgotten', () => {
  start().proxy.stop()
  pin()
  for (const family of ['ip', 'ip6']) nftables.run(`flush set ${family} fairlead stamp`)
  const { proxy } = start({ order: [2, 1] })
  assert.deepEqual(pins(), [])
  assert.deepEqual(proxy.state().failed, [])
  proxy.stop()
})
