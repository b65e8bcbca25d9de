import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BalancedFrontend } from '#forwarding/load-balancer.ts'
import { LoadedRuleset } from '../evaluator/loaded-ruleset.ts'
import type { Packet } from '../evaluator/packet.ts'
import type { Chain } from '../nftables/rule.ts'
import { BalancerNumbers, compileBalancer, compileRanges } from './compile.ts'
import { evaluateBalancer } from './evaluate.ts'
import { balancerRuleset } from './ruleset.ts'

const MARKS = new Map([
  ['node-1', 1],
  ['node-2', 2],
  ['node-3', 3],
])
const ALL = [...MARKS.keys()]
const ranges = compileRanges(['10.96.0.0/16'], ['172.30.255.0/24', 'fd00:ff::/112'])

const frontend = (more: Partial<BalancedFrontend> = {}): BalancedFrontend => ({
  servicePort: 'default/web:',
  address: '172.30.255.1',
  protocol: 'TCP',
  port: 80,
  nodes: ALL,
  keepers: ALL,
  affinitySeconds: undefined,
  ...more,
})
function load(
  frontends: readonly BalancedFrontend[],
  present: readonly string[] = ALL,
  numbers = new BalancerNumbers(),
) {
  const { elements, kinds } = compileBalancer(frontends, { present }, MARKS, numbers)
  return new LoadedRuleset([...ranges, ...elements], kinds, balancerRuleset(MARKS.size))
}
const packet = (more: Partial<Packet> = {}): Packet => ({
  source: '172.30.0.1',
  destination: '172.30.255.1',
  protocol: 'tcp',
  port: 80,
  ...more,
})
/** Each verdict in words, for each number that is drawn. */
function fates(ruleset: LoadedRuleset, one: Packet, now = 0): readonly (string | number)[] {
  return [0, 1, 2].map((drawn) => {
    const { verdict } = evaluateBalancer(ruleset, one, { random: (n) => drawn % n, now })
    return verdict.kind === 'node' ? verdict.mark : verdict.kind === 'reject' ? verdict.with : verdict.kind
  })
}

test('a new flow is given to any of the frontend’s nodes, each by one slot', () => {
  assert.deepEqual(fates(load([frontend()]), packet()), [1, 2, 3])
  assert.deepEqual(fates(load([frontend({ nodes: ['node-3'] })]), packet()), [3, 3, 3])
  const v6 = frontend({ address: 'fd00:ff::1', nodes: ['node-1', 'node-3'] })
  assert.deepEqual(fates(load([frontend(), v6]), packet({ destination: 'fd00:ff::1', source: 'fd00::1' })), [1, 3, 1])
})

test('an answered flow stays with its node while that is there, whatever its frontend is; then it is new', () => {
  const flow = packet({ flow: 2, isAnswered: true })
  assert.deepEqual(fates(load([frontend({ nodes: ['node-1'], keepers: ['node-1'] })]), flow), [2, 2, 2])
  assert.deepEqual(fates(load([]), flow), [2, 2, 2])
  assert.deepEqual(fates(load([frontend({ nodes: ['node-1'], keepers: ['node-1'] })], ['node-1']), flow), [1, 1, 1])
  assert.deepEqual(fates(load([], ['node-1']), flow), ['route', 'route', 'route'])
})

test('an unanswered flow, and one of UDP, stays with its node only while that could answer', () => {
  const nodes = ['node-1']
  for (const flow of [packet({ flow: 2 }), packet({ protocol: 'udp', flow: 2, isAnswered: true })]) {
    const protocol = flow.protocol === 'udp' ? 'UDP' : 'TCP'
    assert.deepEqual(fates(load([frontend({ protocol, nodes, keepers: ['node-1', 'node-2'] })]), flow), [2, 2, 2])
    assert.deepEqual(fates(load([frontend({ protocol, nodes, keepers: nodes })]), flow), [1, 1, 1])
  }
})

test('an answered flow over IPv6 stays with its node too', () => {
  const v6 = frontend({ address: 'fd00:ff::1', nodes: ['node-1'], keepers: ['node-1'] })
  const flow = packet({ destination: 'fd00:ff::1', source: 'fd00::1', flow: 2, isAnswered: true })
  assert.deepEqual(fates(load([v6]), flow), [2, 2, 2])
})

test('frontends that are served by the same nodes may be kept by others', () => {
  const nodes = ['node-1']
  const kept = frontend({ port: 80, nodes, keepers: ['node-1', 'node-2'] })
  const left = frontend({ port: 81, nodes, keepers: nodes })
  assert.deepEqual(fates(load([kept, left]), packet({ port: 80, flow: 2 })), [2, 2, 2])
  assert.deepEqual(fates(load([kept, left]), packet({ port: 81, flow: 2 })), [1, 1, 1])
})

test('what belongs to no connection and begins none is dropped, and answered by nobody', () => {
  const stray = packet({ isInvalid: true })
  assert.deepEqual(fates(load([frontend()]), stray), ['drop', 'drop', 'drop'])
  assert.deepEqual(fates(load([frontend({ port: 81 })]), stray), ['drop', 'drop', 'drop'])
  const elsewhere = packet({ isInvalid: true, destination: '192.0.2.1' })
  assert.deepEqual(fates(load([frontend()]), elsewhere), ['route', 'route', 'route'])
})

test('a kind is there in each family that a frontend of it is in', () => {
  const frontends = [frontend(), frontend({ address: 'fd00:ff::1' }), frontend({ port: 81, nodes: ['node-1'] })]
  const { kinds } = compileBalancer(frontends, { present: ALL }, MARKS, new BalancerNumbers())
  assert.deepEqual(
    kinds.map(({ family, number }) => `${family} ${number}`),
    ['ip 1', 'ip6 1', 'ip 2'],
  )
})

test('a client of a Service with affinity keeps its node for its time, while that is one of the frontend’s', () => {
  const numbers = new BalancerNumbers()
  const ruleset = load([frontend({ affinitySeconds: 10 })], ALL, numbers)
  const ask = (now: number, drawn: number, source = '172.30.0.1') =>
    evaluateBalancer(ruleset, packet({ source }), { random: (n) => drawn % n, now }).verdict
  assert.deepEqual(ask(0, 1), { kind: 'node', mark: 2 })
  assert.deepEqual(ask(9, 2), { kind: 'node', mark: 2 })
  assert.deepEqual(ask(9, 2, '172.30.0.9'), { kind: 'node', mark: 3 })
  assert.deepEqual(ask(18, 0), { kind: 'node', mark: 2 }, 'each new flow begins the time anew')
  const fewer = load([frontend({ affinitySeconds: 10, nodes: ['node-1', 'node-3'] })], ALL, numbers)
  for (const [key, pin] of ruleset.pins) fewer.pins.set(key, pin)
  const { verdict } = evaluateBalancer(fewer, packet(), { random: () => 0, now: 18 })
  assert.deepEqual(verdict, { kind: 'node', mark: 1 })
  const again = evaluateBalancer(fewer, packet(), { random: () => 1, now: 18 })
  assert.deepEqual(again.verdict, { kind: 'node', mark: 1 }, 'it stays with the next one')
  assert.deepEqual(ask(28, 0), { kind: 'node', mark: 1 }, 'and then it is over')
})

test('what an address does not serve is refused, by the protocol; what no Service has is left to the routes', () => {
  const ruleset = load([frontend({ protocol: 'UDP', port: 53 })])
  assert.deepEqual(fates(ruleset, packet()), ['tcp-reset', 'tcp-reset', 'tcp-reset'])
  for (const protocol of ['udp', 'sctp'] as const)
    assert.deepEqual(fates(ruleset, packet({ protocol }))[0], 'port-unreachable')
  assert.equal(fates(ruleset, packet({ destination: '172.30.255.9' }))[0], 'route')
  assert.equal(fates(ruleset, packet({ destination: '192.0.2.1' }))[0], 'route')
  assert.equal(fates(load([frontend({ nodes: [] })]), packet())[0], 'tcp-reset')
})

test('of other traffic the fabric remembers nothing, and marks nothing', () => {
  const seen = (one: Packet) =>
    evaluateBalancer(load([frontend()]), one, { random: () => 0 }).hops.map(({ chain, rule }) => `${chain} ${rule}`)
  assert.deepEqual(seen(packet({ destination: '192.0.2.1' })), ['track 2', 'balance 1'])
  // What a node answers for a balanced address is of a connection that is remembered.
  assert.deepEqual(seen(packet({ source: '172.30.255.1', destination: '172.30.0.1' })), ['track 1', 'balance 1'])
})

test('a frontend of a kind that the rules do not know yet is dropped, to be sent again', () => {
  const { elements } = compileBalancer([frontend()], { present: ALL }, MARKS, new BalancerNumbers())
  const ruleset = new LoadedRuleset([...ranges, ...elements], [], balancerRuleset(MARKS.size))
  assert.deepEqual(fates(ruleset, packet()), ['drop', 'drop', 'drop'])
})

test('nothing that comes to the fabric is for itself: all that it does not refuse goes through', () => {
  const forward: Chain = {
    name: 'all',
    hook: { type: 'filter', hook: 'forward', priority: 0 },
    rules: [[{ do: 'drop' }]],
  }
  const ruleset = new LoadedRuleset([], [], { ...balancerRuleset(MARKS.size), chains: [forward] })
  assert.equal(fates(ruleset, packet())[0], 'drop')
})

test('two Services with affinity do not share what they hold of a client, those of one Service do', () => {
  const sticky = (port: number, servicePort = 'default/web:') => frontend({ port, servicePort, affinitySeconds: 10 })
  const ruleset = load([sticky(80), { ...sticky(80), address: '172.30.255.2' }, sticky(81, 'default/other:')])
  const ask = (drawn: number, more: Partial<Packet>) =>
    evaluateBalancer(ruleset, packet(more), { random: () => drawn, now: 0 }).verdict
  assert.deepEqual(ask(1, {}), { kind: 'node', mark: 2 })
  assert.deepEqual(ask(2, { destination: '172.30.255.2' }), { kind: 'node', mark: 2 })
  assert.deepEqual(ask(2, { port: 81 }), { kind: 'node', mark: 3 })
})

test('a ClusterIP is led to a node by who asks for it, and no connection is remembered', () => {
  assert.deepEqual(fates(load([]), packet({ destination: '10.96.0.1', flow: 1, isAnswered: true })), [1, 2, 3])
})

test('a packet that sees the frontend of before and the nodes of after is not lost to a node that is gone', () => {
  const { elements, kinds } = compileBalancer([frontend()], { present: ALL }, MARKS, new BalancerNumbers())
  const without = (gone: (slot: number) => boolean) =>
    new LoadedRuleset(
      [...ranges, ...elements.filter(({ set, key }) => set !== 'slots' || !gone(Number(key[1])))],
      kinds,
      balancerRuleset(MARKS.size),
    )
  assert.deepEqual(
    fates(
      without((slot) => slot > 0),
      packet(),
    ),
    [1, 1, 1],
  )
  assert.deepEqual(
    fates(
      without(() => true),
      packet(),
    ),
    ['drop', 'drop', 'drop'],
  )
})

test('a list of nodes keeps its number while a frontend is served by it, and gives it back', () => {
  const numbers = new BalancerNumbers()
  const words = (...frontends: BalancedFrontend[]) =>
    compileBalancer(frontends, { present: ALL }, MARKS, numbers)
      .elements.filter(({ set }) => set === 'frontends')
      .map(({ data }) => Number(data?.[0]) >>> 12)
  const local = (port: number, node: string) => frontend({ port, nodes: [node], keepers: [node] })
  assert.deepEqual(words(frontend(), local(81, 'node-1')), [1, 2])
  assert.deepEqual(words(local(81, 'node-1'), local(82, 'node-2')), [2, 3])
  assert.deepEqual(words(local(81, 'node-1'), local(84, 'node-3')), [2, 1])
  assert.deepEqual(words(local(84, 'node-3'), frontend({ port: 83 })), [1, 3])
})
