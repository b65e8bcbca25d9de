import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BalancedFrontend } from '#forwarding/load-balancer.ts'
import type { Element } from '../nftables/rule.ts'
import { BalancerNumbers, compileBalancer, compileRanges } from './compile.ts'

const MARKS = new Map([
  ['node-1', 1],
  ['node-2', 2],
  ['node-3', 3],
])
const PRESENT = ['node-1', 'node-2']
const frontend = (more: Partial<BalancedFrontend> = {}): BalancedFrontend => ({
  servicePort: 'default/web:',
  address: '172.30.255.1',
  protocol: 'TCP',
  port: 80,
  nodes: PRESENT,
  keepers: ['node-1'],
  affinitySeconds: undefined,
  ...more,
})
const told = ({ family, set, key, data, comment }: Element): string =>
  `${family} ${set} ${key.join(' ')}${data === undefined ? '' : ` : ${data.join(' ')}`}${comment === undefined ? '' : ` # ${comment}`}`
const compile = (frontends: readonly BalancedFrontend[], numbers = new BalancerNumbers()) =>
  compileBalancer(frontends, { present: PRESENT }, MARKS, numbers)
/** `present` of both families comes first, whatever is balanced. */
const elements = (...frontends: BalancedFrontend[]) => compile(frontends).elements.map(told).slice(4)

test('the nodes that are there are known in both families', () => {
  assert.deepEqual(compile([]).elements.map(told), ['ip nodes 1', 'ip6 nodes 1', 'ip nodes 2', 'ip6 nodes 2'])
  assert.deepEqual(compile([]).kinds, [])
})

test('a frontend: its list of nodes and kind, the slots and members of the list, and who keeps what it has', () => {
  assert.deepEqual(elements(frontend()), [
    'ip balanced 172.30.255.1',
    'ip frontends 172.30.255.1 tcp 80 : 4097 # default/web',
    'ip slots 4096 0 : 1',
    'ip members 4096 1',
    'ip slots 4096 1 : 2',
    'ip members 4096 2',
    'ip keepers 4096 1',
  ])
  assert.deepEqual(compile([frontend()]).kinds, [
    { family: 'ip', number: 1, kind: { kind: 'pick', count: 2, local: false } },
  ])
})

test('frontends of the same nodes share their list, whose elements are written once; each family has its own', () => {
  const shared = [
    frontend(),
    frontend({ servicePort: 'default/web:dns', protocol: 'UDP', port: 53 }),
    frontend({ address: 'fd00:ff::1', keepers: ['node-1'] }),
  ]
  assert.deepEqual(elements(...shared), [
    'ip balanced 172.30.255.1',
    'ip6 balanced fd00:ff::1',
    'ip frontends 172.30.255.1 tcp 80 : 4097 # default/web',
    'ip slots 4096 0 : 1',
    'ip members 4096 1',
    'ip slots 4096 1 : 2',
    'ip members 4096 2',
    'ip keepers 4096 1',
    'ip frontends 172.30.255.1 udp 53 : 4097 # default/web:dns',
    'ip6 frontends fd00:ff::1 tcp 80 : 4097 # default/web',
    'ip6 slots 4096 0 : 1',
    'ip6 members 4096 1',
    'ip6 slots 4096 1 : 2',
    'ip6 members 4096 2',
    'ip6 keepers 4096 1',
  ])
})

test('with affinity it is also told whose the frontend is, by a number that another process gives it too (FNV-1a)', () => {
  const sticky = (servicePort: string) => frontend({ servicePort, affinitySeconds: 60 })
  const owner = (servicePort: string) =>
    compile([sticky(servicePort)]).elements.find(({ set }) => set === 'owners')?.data
  assert.deepEqual([owner(''), owner('a'), owner('foobar')], [[0x811c9dc5], [0xe40c292c], [0xbf9cf968]])
  assert.deepEqual(compile([sticky('a')]).kinds, [
    { family: 'ip', number: 1, kind: { kind: 'sticky', count: 2, seconds: 60, local: false } },
  ])
})

test('an address that no node serves is ours all the same; a node that has no mark serves nothing', () => {
  assert.deepEqual(elements(frontend({ nodes: [] }), frontend({ address: '172.30.255.2', nodes: ['node-9'] })), [
    'ip balanced 172.30.255.1',
    'ip balanced 172.30.255.2',
  ])
  assert.deepEqual(elements(frontend({ nodes: ['node-9', 'node-2'], keepers: ['node-9'] })), [
    'ip balanced 172.30.255.1',
    'ip frontends 172.30.255.1 tcp 80 : 4097 # default/web',
    'ip slots 4096 0 : 2',
    'ip members 4096 2',
  ])
})

test('a word is 32 bits without a sign, also of the last of the lists', () => {
  class LastNumbers extends BalancerNumbers {
    override lists(names: ReadonlySet<string>): ReadonlyMap<string, number> {
      return new Map([...names].map((name) => [name, 0xfffff]))
    }
  }
  const words = compile([frontend()], new LastNumbers()).elements.filter(({ set }) => set === 'frontends')
  assert.deepEqual(words[0]?.data, [0xfffff001])
})

test('a kind keeps its number for good', () => {
  const numbers = new BalancerNumbers()
  const pick = (count: number) => numbers.kind({ kind: 'pick', count, local: false })
  assert.deepEqual([pick(2), pick(3), pick(2), pick(1)], [1, 2, 1, 3])
})

test('ranges are told in the family that they are of', () => {
  const ranges = compileRanges(['10.96.0.0/16', 'fd00:10:96::/112'], ['172.30.255.0/24', 'fd00:ff::/112'])
  assert.deepEqual(ranges.map(told), [
    'ip service-cidrs 10.96.0.0/16',
    'ip6 service-cidrs fd00:10:96::/112',
    'ip balanced-cidrs 172.30.255.0/24',
    'ip6 balanced-cidrs fd00:ff::/112',
  ])
})
