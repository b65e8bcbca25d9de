import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { NotedFlows } from '../testing/noted-flows.ts'
import { createServiceProxy } from './service-proxy.ts'

const AUDIT_MS = 10_000
const facts = {
  name: 'n1',
  zone: undefined,
  nodeAddresses: ['172.30.0.2'],
  podCidrs: ['10.244.0.0/16'],
  serviceCidrs: ['10.96.0.0/16'],
  ownPods: [{ cidr: '10.244.1.0/24', masqueradeAs: '172.30.0.2' }],
}

/** A proxy with sticky Services at 10.96.0.1, 10.96.0.2 and so on, told in this order. */
function start(nftables: FakeNftables, { node = facts, order = [1, 2], mayFail = false } = {}) {
  const clock = new HandClock()
  const told: string[] = []
  const proxy = createServiceProxy({
    node,
    kernel: {
      nftables,
      conntrack: new NotedFlows(),
    },
    clock,
    onFault: (fault) => assert.ok(mayFail, JSON.stringify(fault)),
    onMending: ({ edit, error }) => told.push(`${edit.found.join()} ${error?.message}`),
  })
  for (const number of order) {
    const clusterIPs = [`10.96.0.${number}`]
    const spec = { type: 'ClusterIP', clusterIP: clusterIPs[0], clusterIPs, ports: [{ port: 80 }] }
    const metadata = { namespace: 'default', name: `s${number}` }
    const slice = {
      addressType: 'IPv4',
      endpoints: [1, 2].map((pod) => ({ addresses: [`10.244.${number}.${pod}`], nodeName: 'n1' })),
      ports: [{ name: '', port: 8080 }],
    }
    const service = { metadata, spec: { ...spec, sessionAffinity: 'ClientIP' } } as unknown as Service
    proxy.serviceChanged(metadata, service, [slice as unknown as EndpointSlice])
  }
  proxy.flush()
  const advance = (milliseconds: number) => clock.advance(milliseconds)
  return { proxy, advance, told }
}

const everything = ({ sets }: FakeNftables) =>
  [...sets].map(([name, set]) => `${name} ${[...set].sort().join('; ')}`).sort()
const wordAt = ({ sets }: FakeNftables, address: string) =>
  Number(sets.get('ip fairlead frontends')?.get(`${address} . tcp . 80`))
const CHAIN = 'ip fairlead sticky-2-10800'
const NODE_SETS = /cidrs|nodeport-ips|own-pods/

test('an element that somebody else deletes, and one that he adds, are put right by the next audit', () => {
  const nftables = new FakeNftables()
  const { proxy, advance } = start(nftables)
  const held = everything(nftables)
  nftables.run(
    'delete element ip fairlead cluster-ips { 10.96.0.1 }\nadd element ip fairlead cluster-ips { 10.96.0.7 }\n',
  )
  advance(AUDIT_MS - 1)
  assert.notDeepEqual(everything(nftables), held)
  advance(1)
  assert.deepEqual(everything(nftables), held)
  assert.equal(proxy.state().mended, 1)
})

test('a rule that somebody else edits is noticed by the seal, and all tables are replaced', () => {
  const nftables = new FakeNftables()
  const { proxy, advance } = start(nftables)
  const rules = structuredClone(nftables.chains)
  nftables.run('table ip fairlead {\n chain nat-output {\n  accept\n }\n}\n')
  assert.notDeepEqual(nftables.chains, rules)
  advance(AUDIT_MS)
  assert.deepEqual(nftables.chains, rules)
  assert.equal(proxy.state().mended, 1)
})

for (const [what, edit] of [
  ['a table that is put to sleep', 'add table ip6 fairlead { flags dormant; }\n'],
  [
    'a chain without a rule that drops all',
    'table ip fairlead {\n chain extra {\n  type filter hook forward priority 0; policy drop;\n }\n}\n',
  ],
  [
    'a chain that is hooked in elsewhere',
    'table ip fairlead {\n chain nat-output {\n  type nat hook input priority -100;\n }\n}\n',
  ],
] as const)
  test(`${what} keeps packets from our rules: it is noticed by the seal, and all tables are replaced`, () => {
    const nftables = new FakeNftables()
    const { proxy, advance } = start(nftables)
    const held = [structuredClone(nftables.chains), structuredClone(nftables.hooked)]
    nftables.run(edit)
    advance(AUDIT_MS)
    assert.deepEqual([nftables.chains, nftables.hooked], held)
    assert.equal(proxy.state().mended, 1)
  })

test('a seal of new chains that the kernel refuses once is written later, and an edit after that is noticed', () => {
  const nftables = new FakeNftables()
  let seals = 0
  nftables.refuse = (text) => {
    if (!text.startsWith('add element ip fairlead stamp') || !nftables.chains.has(CHAIN)) return undefined
    return seals++ === 0 ? 'Cannot allocate memory' : undefined
  }
  const { proxy, advance } = start(nftables, { mayFail: true })
  advance(200)
  assert.equal(seals, 2)
  assert.deepEqual(proxy.state().failed, [])
  const held = everything(nftables)
  nftables.run('add element ip fairlead cluster-ips { 10.96.0.7 }\n')
  advance(AUDIT_MS)
  assert.deepEqual(everything(nftables), held)
  assert.equal(proxy.state().mended, 1)
})

test('where others write all is well as long as it is not to our tables: nothing is written', () => {
  const nftables = new FakeNftables()
  const { proxy, advance } = start(nftables)
  nftables.run('add table ip stranger\n')
  const { transactions } = nftables
  advance(AUDIT_MS)
  assert.equal(nftables.transactions, transactions)
  assert.equal(proxy.state().mended, 0)
})

test('an audit that cannot read the tables leaves it to the next one', () => {
  const nftables = new FakeNftables()
  const { proxy, advance } = start(nftables)
  nftables.run('delete element ip fairlead cluster-ips { 10.96.0.1 }\n')
  const { dump } = nftables
  nftables.dump = () => {
    throw new Error('it changed while it was read')
  }
  advance(AUDIT_MS)
  assert.equal(proxy.state().mended, 0)
  nftables.dump = dump
  advance(AUDIT_MS)
  assert.equal(proxy.state().mended, 1)
})

test('who asks whether somebody has changed the tables is told at once, and finds them put right', () => {
  const nftables = new FakeNftables()
  const { proxy, told } = start(nftables)
  const held = everything(nftables)
  assert.deepEqual(proxy.look(), [])
  nftables.run('delete element ip fairlead cluster-ips { 10.96.0.1 }\n')
  const found = ['the tables of Services are not as they were made']
  assert.deepEqual(proxy.look(), [{ edit: { found }, error: undefined }])
  assert.deepEqual(everything(nftables), held)
  assert.deepEqual(proxy.look(), [])
  assert.deepEqual(told, [`${found[0]} undefined`])
})

test('a start with other facts of the node writes the sets of the node, in one transaction, and nothing else', () => {
  const nftables = new FakeNftables()
  start(nftables).proxy.stop()
  const held = everything(nftables)
  const { transactions } = nftables
  const node = { ...facts, nodeAddresses: ['172.30.0.3', '172.30.0.4'], podCidrs: ['10.244.0.0/17', '10.250.0.0/16'] }
  start(nftables, { node, order: [2, 1] }).proxy.stop()
  assert.equal(nftables.transactions, transactions + 1)
  const others = (lines: readonly string[]) => lines.filter((line) => !NODE_SETS.test(line))
  assert.deepEqual(others(everything(nftables)), others(held))
  assert.deepEqual([...(nftables.sets.get('ip fairlead pod-cidrs')?.keys() ?? [])], node.podCidrs)
  start(nftables).proxy.stop()
  assert.deepEqual(everything(nftables), held)
})

test('pins outlive other rules of the same shape, under the ids that they are kept by; those of Services that are gone do not', () => {
  const nftables = new FakeNftables()
  start(nftables).proxy.stop()
  const [first, second] = [wordAt(nftables, '10.96.0.1') & 0x7fffe000, wordAt(nftables, '10.96.0.2') & 0x7fffe000]
  const pin = (client: string, word: number) =>
    nftables.run(
      `add element ip fairlead affinity { 0x${word.toString(16)} . ${client} timeout 10800s expires 77s : 0x${(word + 2).toString(16)} }\n`,
    )
  pin('10.9.9.9', first)
  pin('10.8.8.8', second)
  nftables.run('table ip fairlead {\n chain nat-output {\n  other rules\n }\n}\n')
  start(nftables, { order: [3, 2] }).proxy.stop()
  assert.equal(wordAt(nftables, '10.96.0.2') & 0x7fffe000, second)
  assert.deepEqual(
    [...(nftables.sets.get('ip fairlead affinity') ?? [])],
    [[`0x${second.toString(16)} . 10.8.8.8`, `0x${(second + 2).toString(16)}`]],
  )
  assert.equal(nftables.timeouts.get(`ip fairlead affinity 0x${second.toString(16)} . 10.8.8.8`)?.expiresIn, 77_000)
})

test('pins that were kept by other maps are forgotten with the tables', () => {
  const nftables = new FakeNftables()
  start(nftables).proxy.stop()
  nftables.run('add element ip fairlead affinity { 0x2000 . 10.9.9.9 timeout 600s expires 77s : 0x2002 }\n')
  nftables.sets.delete('ip fairlead stamp')
  start(nftables).proxy.stop()
  assert.equal(nftables.sets.get('ip fairlead affinity'), undefined)
})
