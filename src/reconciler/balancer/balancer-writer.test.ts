import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BalancedFrontend } from '#forwarding/load-balancer.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { BalancerWriter } from './balancer-writer.ts'

const ALL = ['node-1', 'node-2']
const CLUSTER = {
  serviceCidrs: ['10.96.0.0/16'],
  loadBalancerCidrs: ['172.30.255.0/24'],
  marks: new Map(ALL.map((name, index) => [name, index + 1])),
}
const frontend = (port: number, nodes: readonly string[] = ALL): BalancedFrontend => ({
  servicePort: 'default/web:',
  address: '172.30.255.1',
  protocol: 'TCP',
  port,
  nodes,
  keepers: nodes,
  affinitySeconds: undefined,
})
/** What the kernel has of Services and nodes. */
const elements = (kernel: FakeNftables) =>
  Object.fromEntries([...kernel.sets].map(([name, set]) => [name, Object.fromEntries([...set].toSorted())]))
const fresh = (frontends: readonly BalancedFrontend[]) => {
  const kernel = new FakeNftables()
  new BalancerWriter(kernel, CLUSTER).apply(frontends, { present: ALL })
  return elements(kernel)
}

test('after a write whose answer was lost everything is written anew, and the kernel has what it shall', () => {
  const kernel = new FakeNftables()
  const writer = new BalancerWriter(kernel, CLUSTER)
  writer.apply([frontend(80)], { present: ALL })
  kernel.loseAnswers = true
  assert.throws(() => writer.apply([frontend(81)], { present: ALL }), { code: 'NFT_ANSWER_LOST' })
  kernel.loseAnswers = false
  writer.apply([frontend(80)], { present: ALL })
  assert.deepEqual(elements(kernel), fresh([frontend(80)]))
})

test('what the kernel refuses changes nothing, and the next write is by the difference from before', () => {
  const kernel = new FakeNftables()
  const writer = new BalancerWriter(kernel, CLUSTER)
  writer.apply([frontend(80)], { present: ALL })
  const before = elements(kernel)
  kernel.refuse = () => 'Device or resource busy'
  assert.throws(() => writer.apply([frontend(80, ['node-1'])], { present: ALL }), { code: 'NFT_APPLY_FAILED' })
  kernel.refuse = () => undefined
  assert.deepEqual(elements(kernel), before)
  writer.apply([frontend(80, ['node-1'])], { present: ALL })
  const slots = Object.keys(elements(kernel)['ip fairlead slots'] ?? {})
  assert.equal(slots.length, 1, slots.join())
})

test('where rules cannot be read after a write it is not known what there is, and the next write is of everything', () => {
  const kernel = new FakeNftables()
  const writer = new BalancerWriter(kernel, CLUSTER)
  writer.apply([frontend(80)], { present: ALL })
  const { rules } = kernel
  kernel.rules = () => {
    throw new KernelError('NFT_APPLY_FAILED', { operation: 'fake' })
  }
  const sticky = { ...frontend(80), affinitySeconds: 10 }
  assert.throws(() => writer.apply([sticky], { present: ALL }), { code: 'NFT_APPLY_FAILED' })
  kernel.rules = rules
  assert.equal(writer.audit(), false)
  writer.apply([frontend(81)], { present: ALL })
  assert.deepEqual(elements(kernel), fresh([frontend(81)]))
  assert.equal(writer.audit(), true)
})

test('tables that somebody puts to sleep are made again, and a start takes over none that sleep', () => {
  const kernel = new FakeNftables()
  const sleep = 'add table ip fairlead { flags dormant; }\n'
  const writer = new BalancerWriter(kernel, CLUSTER)
  writer.apply([frontend(80)], { present: ALL })
  const { hooked } = structuredClone({ hooked: kernel.hooked })
  kernel.run(sleep)
  assert.equal(writer.audit(), false)
  writer.apply([frontend(80)], { present: ALL })
  assert.deepEqual(kernel.hooked, hooked)
  kernel.run(sleep)
  new BalancerWriter(kernel, CLUSTER).apply([frontend(80)], { present: ALL })
  assert.deepEqual(kernel.hooked, hooked)
})

test('a range of the cluster that somebody takes out of its set is put back, and one that he adds is taken away', () => {
  const kernel = new FakeNftables()
  const writer = new BalancerWriter(kernel, CLUSTER)
  writer.apply([frontend(80)], { present: ALL })
  kernel.run('delete element ip fairlead balanced-cidrs { 172.30.255.0/24 }\n')
  kernel.run('add element ip fairlead service-cidrs { 192.0.2.0/24 }\n')
  assert.equal(writer.audit(), false)
  writer.apply([frontend(80)], { present: ALL })
  assert.deepEqual(elements(kernel), fresh([frontend(80)]))
})

const EDITS: readonly (readonly [what: string, edit: string])[] = [
  ['an element that is taken out', 'delete element ip fairlead balanced { 172.30.255.1 }\n'],
  ['an element that is added', 'add element ip fairlead balanced { 172.30.255.99 }\n'],
  ['a range that is added', 'add element ip fairlead service-cidrs { 192.0.2.0/24 }\n'],
  ['a rule that is added', 'table ip fairlead {\n chain balance {\n  accept\n }\n}\n'],
  ['the verdict map flushed', 'flush map ip fairlead kinds\n'],
  ['a table deleted', 'delete table ip6 fairlead\n'],
]
for (const [what, edit] of EDITS)
  test(`${what} is noticed, and everything is made as it was`, () => {
    const kernel = new FakeNftables()
    const writer = new BalancerWriter(kernel, CLUSTER)
    writer.apply([frontend(80)], { present: ALL })
    assert.equal(writer.audit(), true)
    const chains = structuredClone(kernel.chains)
    kernel.run(edit)
    assert.equal(writer.audit(), false)
    writer.apply([frontend(80)], { present: ALL })
    assert.deepEqual(elements(kernel), fresh([frontend(80)]))
    assert.deepEqual(kernel.chains, chains)
    assert.equal(writer.audit(), true)
  })

test('what others write into tables of their own is looked at once, is no edit of ours, and makes us write nothing', () => {
  const kernel = new FakeNftables()
  const writer = new BalancerWriter(kernel, CLUSTER)
  const { dump } = kernel
  const unread = () => {
    kernel.dump = () => assert.fail('it read a set')
    assert.equal(writer.audit(), true)
    kernel.dump = dump
  }
  // The second brings another kind with it, the third none.
  for (const frontends of [[frontend(80)], [frontend(80), frontend(81, ['node-1'])], [frontend(81, ['node-1'])]]) {
    writer.apply(frontends, { present: ALL })
    unread()
    kernel.run('add table ip foreign\n')
    assert.equal(writer.audit(), true)
    unread()
    const { transactions } = kernel
    writer.apply(frontends, { present: ALL })
    assert.equal(kernel.transactions, transactions)
  }
})

test('a rule that is added to what a kind leads to is noticed too', () => {
  const kernel = new FakeNftables()
  const writer = new BalancerWriter(kernel, CLUSTER)
  writer.apply([frontend(80)], { present: ALL })
  assert.ok(kernel.chains.has('ip fairlead pick-2'))
  kernel.run('table ip fairlead {\n chain pick-2 {\n  accept\n }\n}\n')
  assert.equal(writer.audit(), false)
})

test('a start over tables that are right writes the same again, and no table is made anew', () => {
  const kernel = new FakeNftables()
  new BalancerWriter(kernel, CLUSTER).apply([frontend(80)], { present: ALL })
  kernel.run('add element ip fairlead affinity { 0x2000 . 10.9.9.9 timeout 600s expires 77s : 0x2002 }\n')
  new BalancerWriter(kernel, CLUSTER).apply([frontend(80)], { present: ALL })
  assert.equal(kernel.sets.get('ip fairlead affinity')?.size, 1, 'pins stay')
  for (const family of ['ip', 'ip6']) {
    const stamps = kernel.sets.get(`${family} fairlead stamp`)
    const [first] = stamps?.keys() ?? []
    stamps?.delete(first!)
    new BalancerWriter(kernel, CLUSTER).apply([frontend(80)], { present: ALL })
    assert.equal(kernel.sets.get('ip fairlead affinity'), undefined, `${family}: whose rules they are is not told`)
    kernel.run('add element ip fairlead affinity { 0x2000 . 10.9.9.9 timeout 600s expires 77s : 0x2002 }\n')
  }
})
