import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, beforeEach, test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { renderDelete } from '#dataplane/nftables/render.ts'
import { POLICY_RULESET, POLICY_TABLE } from '#dataplane/policy/ruleset.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import type { PolicyCluster } from '../../contract/policies/model.ts'
import { everything, noting, startPolicedNode, type Written } from './policed-node.ts'

const NAME = 'fl-policy-tables'
const LOOK_MS = 10_000
let nftables: Nftables

before(() => {
  createNetworkNamespace(NAME)
  nftables = openNftables(namespacePath(NAME))
})
beforeEach(() => nftables.run(renderDelete(POLICY_RULESET)))
after(() => {
  nftables?.close()
  deleteNamespace(namespacePath(NAME))
})

const pod = (number: number, app: string) => ({
  metadata: { namespace: 'shop', name: `pod-${number}`, labels: { app } },
  spec: {
    nodeName: number < 10 ? 'node-1' : 'node-2',
    containers: [{ ports: [{ name: 'web', containerPort: 8080 }] }],
  },
  status: { phase: 'Running', podIPs: [{ ip: `10.244.1.${number}` }, { ip: `fd00:10:244:1::${number}` }] },
})
const POLICY = {
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ podSelector: { matchLabels: { app: 'client' } } }],
        ports: [{ port: 'web' }, { port: 90, endPort: 99 }],
      },
      {
        from: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.64/26'] } }, { ipBlock: { cidr: 'fd00:1::/64' } }],
      },
    ],
    egress: [{ to: [{ podSelector: {} }] }, { ports: [{ protocol: 'UDP', port: 53 }] }],
  },
}
const DENY = {
  metadata: { name: 'deny' },
  spec: {
    tier: 'Admin',
    priority: 1,
    subject: { namespaces: {} },
    ingress: [
      { action: 'Deny', from: [{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'bad' } } } }] },
    ],
  },
}
const clusterOf = (more: { readonly policies?: readonly object[]; readonly apps?: readonly string[] } = {}) =>
  ({
    namespaces: [{ metadata: { name: 'shop', labels: {} } }],
    nodes: [],
    pods: (more.apps ?? ['web', 'client', 'bad', 'web']).map((app, index) => pod(index + 2, app)),
    policies: more.policies ?? [POLICY],
    clusterPolicies: [DENY],
  }) as unknown as PolicyCluster

function start(cluster = clusterOf()) {
  const clock = new HandClock()
  const written: Written[] = []
  const node = startPolicedNode({
    nftables: noting(nftables, (one) => written.push(one)),
    cluster,
    here: 'node-1',
    clock,
  })
  assert.deepEqual(node.told, [])
  return { ...node, clock, written }
}

/** In all sets together, seals aside. */
const elementCount = () =>
  everything(nftables).filter((line) => !/ (stamp|flags|policy-\w+|to-\w+) /.test(line) && !line.endsWith(' end'))
    .length

test('the tables load into a kernel, and what is read back is what was written', () => {
  const { writer, loop, clock, written, stop } = start()
  assert.ok(writer.elements > 40, `${writer.elements}`)
  assert.equal(elementCount(), writer.elements)
  assert.equal(writer.audit(), true)
  nftables.run('add table ip unrelated; delete table ip unrelated')
  const before = written.length
  assert.equal(writer.audit(), true, 'read at length')
  clock.advance(LOOK_MS * 3)
  assert.deepEqual([loop.state().mended, written.length], [0, before])
  stop()
})

test('a second writer over what is right writes nothing; over what differs, what differs, in one transaction', () => {
  start().stop()
  const held = everything(nftables)
  const generation = nftables.generation()
  const second = start()
  assert.deepEqual(second.written, [])
  assert.equal(nftables.generation(), generation)
  assert.deepEqual(everything(nftables), held)
  second.stop()
  // A client is no client any more: its two addresses count as somebody else.
  const third = start(clusterOf({ apps: ['web', 'none', 'bad', 'web'] }))
  assert.equal(third.written.length, 1)
  assert.equal(nftables.generation(), generation + 1)
  const [{ deleted, added }] = third.written as [Written]
  const total = elementCount()
  assert.ok(deleted.length > 0 && deleted.length + added.length < total / 2, `${deleted} ${added} of ${total}`)
  assert.ok(!deleted.some((one) => one.startsWith('policed')), 'nobody is without policies meanwhile')
  assert.equal(third.writer.audit(), true)
  third.stop()
  const fourth = start()
  assert.deepEqual([fourth.written.length, everything(nftables)], [1, held])
  fourth.stop()
})

const table = (family: string) => `${family} ${POLICY_TABLE}`
const P = table('ip')
const EDITS: readonly (readonly [what: string, edit: string | (() => string)])[] = [
  ['an element taken out', `delete element ${P} policed { 10.244.1.2 }`],
  ['an address taken out', `delete element ip6 ${POLICY_TABLE} identities { fd00:10:244:1::3 }`],
  ['a network taken out', `flush map ${P} cells`],
  ['an element added', `add element ${P} policed-ingress { 10.244.1.77 }`],
  ['a network added', `add element ${P} cells { 198.51.100.0/24 : 1 }`],
  ['a verdict added', `add element ${P} ingress-rest { 10.244.1.2 . 0 : return }`],
  ['a verdict for all that none speaks of', `add element ${P} ingress-rest { * : return }`],
  ['an identity for all that have none', `add element ${P} identities { * : 1 }`],
  ['a drop that became an accept', () => changedVerdict('ingress-rest', 'drop', 'accept')],
  ['a drop that became a return', () => changedVerdict('ingress-rest', 'drop', 'return')],
  ['a drop that became a continue', () => changedVerdict('ingress-rest', 'drop', 'continue')],
  ['a return that became a drop', () => changedVerdict('ingress-port', 'return', 'drop')],
  ['a return that became an accept', () => changedVerdict('ingress-port', 'return', 'accept')],
  ['a verdict that leads elsewhere', () => changedVerdict('egress-rest', 'return', 'goto to-ingress')],
  ['a rule added before all', `insert rule ${P} policy-forward accept`],
  ['a rule added behind all', `add rule ${P} to-ingress accept`],
  ['a rule deleted', () => `delete rule ${P} policy-forward handle ${lastHandle('policy-forward')}`],
  ['a rule replaced', () => `replace rule ${P} to-ingress handle ${lastHandle('to-ingress')} accept`],
  ['a base chain flushed', `flush chain ${P} policy-input`],
  ['a chain flushed', `flush chain ${P} to-egress`],
  ['a base chain that drops what no rule decides', `add chain ${P} policy-forward { policy drop; }`],
  ['a range that became one of many pods', () => widened('10.244.1.2', '10.244.1.2-10.244.1.4')],
  ['a range that became one of all identities', () => widened(' \\. [\\w:]+ \\. tcp', ' . 0-0xffffffff . tcp')],
  ['a base chain of another priority', () => remade('priority filter + 10')],
  ['a base chain at another hook', () => remade('priority 0', 'postrouting')],
  ['a base chain deleted', `delete chain ${P} policy-output`],
  ['a foreign chain with rules', `add chain ${P} extra; add rule ${P} extra accept`],
  ['a foreign base chain', `add chain ${P} extra { type filter hook forward priority -5; policy drop; }`],
  ['a table put to sleep', `add table ip ${POLICY_TABLE} { flags dormant; }`],
  ['the stamp flushed', `flush set ${P} stamp`],
  ['one of the tables deleted', `delete table ip6 ${POLICY_TABLE}`],
  ['both tables deleted', `delete table ip6 ${POLICY_TABLE}; delete table ip ${POLICY_TABLE}`],
  ['the whole ruleset flushed', 'flush ruleset'],
]

const lines = (text: string) => nftables.read(text).split('\n')
function changedVerdict(map: string, from: string, to: string): string {
  const text = nftables.read(`list map ${P} ${map}`)
  const [, key] = new RegExp(`([\\d.]+ \\. [^,{]+?) : ${from}`).exec(text) ?? assert.fail(text)
  return `delete element ${P} ${map} { ${key} }; add element ${P} ${map} { ${key} : ${to} }`
}
function widened(from: string, to: string): string {
  const text = nftables.read(`list map ${P} ingress-ports`)
  const [, key] = /(10\.244\.1\.2 [^,{]+?) : return/.exec(text) ?? assert.fail(text)
  const wide = key?.replace(new RegExp(from), to)
  assert.notEqual(wide, key)
  return `delete element ${P} ingress-ports { ${key} }; add element ${P} ingress-ports { ${wide} : return }`
}
const lastHandle = (chain: string): string => {
  const command = ['nft', '--handle', 'list', 'chain', ...P.split(' '), chain]
  const text = execFileSync('nsenter', [`--net=${namespacePath(NAME)}`, ...command], { encoding: 'utf8' })
  const handles = [...text.matchAll(/ # handle (\d+)/g)]
  return handles.at(-1)?.[1] ?? assert.fail('no handle')
}
/** The chain `policy-forward`, made again otherwise, with the rules that it had. */
function remade(priority: string, hook = 'forward'): string {
  const rules = lines(`list chain ${P} policy-forward`)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(table|chain|type|})/.test(line))
  assert.ok(rules.length > 4)
  return [
    `delete chain ${P} policy-forward`,
    `add chain ${P} policy-forward { type filter hook ${hook} ${priority}; }`,
    ...rules.map((rule) => `add rule ${P} policy-forward ${rule}`),
  ].join('\n')
}

for (const [what, edit] of EDITS)
  test(`${what} by somebody else is noticed in ten seconds and mended`, () => {
    const { loop, clock, told, stop } = start()
    const held = everything(nftables)
    nftables.run(typeof edit === 'string' ? edit : edit())
    clock.advance(LOOK_MS)
    assert.deepEqual(everything(nftables), held)
    assert.deepEqual([loop.state().mended, told], [1, []])
    clock.advance(LOOK_MS)
    assert.equal(loop.state().mended, 1)
    stop()
  })
