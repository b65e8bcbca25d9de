import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { ALL, NONE, portsOf, union } from '../traffic.ts'
import { readClusterNetworkPolicy } from './read-cluster-network-policy.ts'

const read = (spec: object) =>
  readClusterNetworkPolicy({
    metadata: { name: 'one' },
    spec: { tier: 'Admin', priority: 7, subject: { namespaces: {} }, ...spec },
  } as unknown as ClusterNetworkPolicy)
const to = (...peers: readonly object[]) => read({ egress: [{ action: 'Accept', to: peers }] })
const app = { matchLabels: { app: 'a' } }

test('tier, priority, action and name are what they say, and a direction without rules is nobody’s business', () => {
  const one = read({ egress: [{ action: 'Pass', to: [{ namespaces: {} }] }], ingress: [] })
  assert.deepEqual([one.kind, one.name, one.tier, one.priority], ['ClusterNetworkPolicy', 'one', 'Admin', 7])
  assert.equal(one.rules.ingress, undefined)
  assert.deepEqual(
    one.rules.egress!.map(({ action, path }) => [action, path]),
    [['Pass', 'spec.egress[0]']],
  )
  assert.equal(read({ tier: 'Baseline' }).tier, 'Baseline')
})

test('its subject is all pods of namespaces, or some of them', () => {
  const labels = [{ key: 'app', operator: '=', values: ['a'] }]
  assert.deepEqual(read({ subject: { namespaces: app } }).subject, { namespaces: { labels }, pods: [] })
  assert.deepEqual(read({ subject: { pods: { namespaceSelector: {}, podSelector: app } } }).subject, {
    namespaces: { labels: [] },
    pods: labels,
  })
})

test('peers are pods of namespaces, some pods, nodes, and networks of which each is one', () => {
  const { rules, faults } = to(
    { namespaces: app },
    { pods: { namespaceSelector: app, podSelector: {} } },
    { nodes: {} },
    { networks: ['10.0.0.0/8', 'fd00::/8'] },
  )
  assert.deepEqual(faults, [])
  assert.deepEqual(
    rules.egress![0]!.peers!.map(({ key }) => key),
    ['pods {app = a} {}', 'pods {app = a} {}', 'nodes {}', 'block 10.0.0.0/8 ', 'block fd00::/8 '],
  )
})

test('protocols are TCP, UDP and SCTP with a port, a range or none, and ports by their names of any protocol', () => {
  const of = (...protocols: readonly object[]) => {
    const { traffic, names } = read({ ingress: [{ action: 'Deny', from: [{ namespaces: {} }], protocols }] }).rules
      .ingress![0]!
    return { traffic, names }
  }
  assert.deepEqual(of({ tcp: { destinationPort: { number: 80 } } }), { traffic: portsOf('TCP', 80, 80), names: [] })
  assert.deepEqual(
    of({ udp: { destinationPort: { range: { start: 1, end: 9 } } } }, { sctp: {} }).traffic,
    union(portsOf('UDP', 1, 9), portsOf('SCTP')),
  )
  assert.deepEqual(of({ destinationNamedPort: 'web' }), {
    traffic: NONE,
    names: [{ name: 'web', protocol: undefined }],
  })
  assert.deepEqual(read({ ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }).rules.ingress![0]!.traffic, ALL)
})

test('what cannot be read stands closed: who is let in is nobody, who is refused or passed on is everybody', () => {
  for (const [peer, fault] of [
    [{}, /^spec\.egress\[0\]\.to\[0\] names nobody/],
    [
      { namespaces: {}, networks: ['10.0.0.0/8'] },
      /^spec\.egress\[0\]\.to\[0\] has namespaces and networks: give it one/,
    ],
    [{ networks: ['10.0.0.0/40'] }, /^spec\.egress\[0\]\.to\[0\]\.networks\[0\] is no range/],
    [{ domainNames: ['example.com'] }, /^spec\.egress\[0\]\.to\[0\]\.domainNames is not supported/],
    [
      { nodes: { matchExpressions: [{ key: 'a', operator: 'Like' }] } },
      /^spec\.egress\[0\]\.to\[0\]\.nodes cannot be read/,
    ],
    [
      { namespaces: { matchExpressions: [{ key: 'a', operator: 'Like' }] } },
      /^spec\.egress\[0\]\.to\[0\]\.namespaces cannot be read/,
    ],
    [
      { pods: { namespaceSelector: {}, podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } },
      /^spec\.egress\[0\]\.to\[0\]\.pods\.podSelector cannot be read/,
    ],
  ] as const) {
    // Beside one that can be read too: it may have been meant to narrow.
    for (const peers of [[peer], [{ namespaces: {} }, peer]]) {
      const { rules, faults } = read({ egress: [{ action: 'Accept', to: peers }] })
      assert.equal(faults.length, 1)
      if (peers.length === 1) assert.match(faults[0]!, fault)
      assert.deepEqual([rules.egress![0]!.action, rules.egress![0]!.peers], ['Accept', []])
      for (const action of ['Deny', 'Pass'] as const) {
        const [denied] = read({ egress: [{ action, to: peers }] }).rules.egress!
        assert.deepEqual([denied!.action, denied!.peers, denied!.traffic, denied!.names], ['Deny', undefined, ALL, []])
      }
    }
  }
  const port = { tcp: { destinationPort: { range: { start: 9, end: 1 } } } }
  const rule = (action: string) => read({ ingress: [{ action, from: [{ namespaces: {} }], protocols: [port] }] })
  assert.match(
    rule('Accept').faults[0]!,
    /^spec\.ingress\[0\]\.protocols\[0\]\.tcp\.destinationPort is no range of ports/,
  )
  assert.deepEqual(rule('Accept').rules.ingress![0]!.traffic, NONE)
  assert.deepEqual([rule('Deny').rules.ingress![0]!.peers, rule('Deny').rules.ingress![0]!.traffic], [undefined, ALL])
  assert.match(
    read({ ingress: [{ action: 'Accept', from: [{ namespaces: {} }], protocols: [{}] }] }).faults[0]!,
    /names no protocol/,
  )
  const both = { ingress: [{ action: 'Accept', from: [{ namespaces: {} }], protocols: [{ tcp: {}, udp: {} }] }] }
  assert.match(read(both).faults[0]!, /^spec\.ingress\[0\]\.protocols\[0\] has tcp and udp: give it one/)
  const nobody = read({ egress: [{ action: 'Deny', to: [] }] })
  assert.match(nobody.faults[0]!, /^spec\.egress\[0\]\.to names nobody/)
  assert.equal(nobody.rules.egress![0]!.peers, undefined)
})

test('a fault of one rule is its own: those beside it stand as they are', () => {
  const { rules, faults } = read({
    ingress: [
      { action: 'Accept', from: [{}] },
      { action: 'Accept', from: [{ namespaces: {} }] },
      { action: 'Pass', from: [{ namespaces: app }], protocols: [] },
    ],
  })
  assert.equal(faults.length, 1)
  assert.deepEqual(
    rules.ingress!.map(({ action, peers, traffic }) => [action, peers?.map(({ key }) => key), traffic]),
    [
      ['Accept', [], NONE],
      ['Accept', ['pods {} {}'], ALL],
      ['Pass', ['pods {app = a} {}'], ALL],
    ],
  )
})

test('a policy whose subject cannot be read denies to all pods what it denies, and lets nothing in to any', () => {
  for (const [subject, fault] of [
    [{}, /^spec\.subject names nobody/],
    [{ namespaces: {}, pods: { namespaceSelector: {}, podSelector: {} } }, /^spec\.subject has namespaces and pods/],
    [
      { namespaces: { matchExpressions: [{ key: 'a', operator: 'Like' }] } },
      /^spec\.subject\.namespaces cannot be read/,
    ],
    [
      { pods: { namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] }, podSelector: {} } },
      /^spec\.subject\.pods\.namespaceSelector cannot be read/,
    ],
  ] as const) {
    const peers = [{ namespaces: {} }]
    const actions = ['Accept', 'Deny', 'Pass'] as const
    const one = read({
      subject,
      ingress: actions.map((action) => ({ action, from: peers })),
      egress: actions.map((action) => ({ action, to: peers })),
    })
    assert.equal(one.faults.length, 1)
    assert.match(one.faults[0]!, fault)
    assert.deepEqual(one.subject, { namespaces: { labels: [] }, pods: [] })
    for (const rules of [one.rules.ingress!, one.rules.egress!])
      assert.deepEqual(
        rules.map(({ action }) => action),
        ['Deny'],
      )
  }
})

/** As a definition that others have put in place of ours may let in. */
const JUNK: readonly unknown[] = [
  ...[null, 0, -1, '', 'x', true, [], [null], ['x'], {}, { a: 1 }, { matchLabels: { a: 5 } }, { matchLabels: 'x' }],
  ...[{ matchLabels: null }, { matchExpressions: {} }, { matchExpressions: [null] }],
  { matchExpressions: [{ key: 5, operator: 'In', values: 'x' }] },
  { matchExpressions: [{ key: 'a', operator: 'In', values: [5] }] },
]

test('an object of any form is read, and whatever stands in place of what is meant lets nobody in whom it did not', () => {
  const rule = (action: string, side: string) => ({
    action,
    [side]: [{ pods: { namespaceSelector: {}, podSelector: app } }],
    protocols: [{ tcp: { destinationPort: { range: { start: 1, end: 2 } } } }, { destinationNamedPort: 'a' }],
  })
  const spec = () => ({
    tier: 'Admin',
    priority: 7,
    subject: { pods: { namespaceSelector: {}, podSelector: app } },
    ingress: [rule('Deny', 'from'), rule('Accept', 'from')],
    egress: [rule('Pass', 'to')],
  })
  let read = 0
  for (const path of pathsOf(spec()))
    for (const junk of JUNK) {
      const changed = replaced(spec(), path, junk)
      const { rules, faults } = readClusterNetworkPolicy({ metadata: { name: 'x' }, spec: changed } as never)
      read++
      const what = `${path.join('.')} = ${JSON.stringify(junk)}`
      const [first, second] = rules.ingress ?? []
      // What denies does, of everybody where it cannot be read, unless there is none of it or another is denied.
      if (faults.length > 0 && Array.isArray(junk) === false && path[0] === 'ingress' && path[1] !== '1')
        assert.deepEqual([first?.action, first?.peers], ['Deny', undefined], what)
      if (faults.length > 0 && path[0] === 'ingress' && path[1] === '1' && path.length > 2 && path[2] !== 'action')
        assert.deepEqual([second?.action, second?.peers], ['Accept', []], what)
      if (faults.length > 0 && ['tier', 'priority', 'subject'].includes(path[0] ?? ''))
        for (const one of [...(rules.ingress ?? []), ...(rules.egress ?? [])]) assert.equal(one.action, 'Deny', what)
      for (const { path: place, peers } of [...(rules.ingress ?? []), ...(rules.egress ?? [])])
        assert.ok(place !== '' && (peers === undefined || Array.isArray(peers)), what)
    }
  assert.ok(read > 500)
})

test('what stands in another form is told by its field', () => {
  const deny = { action: 'Deny', from: [{ namespaces: {} }] }
  for (const [spec, fault] of [
    [{ tier: 'Middle', ingress: [deny] }, 'spec.tier is none of Admin, Baseline'],
    [{ priority: '7', ingress: [deny] }, 'spec.priority is no number'],
    [{ ingress: {} }, 'spec.ingress is no list'],
    [{ ingress: [null] }, 'spec.ingress[0] is no object'],
    [{ ingress: [{ ...deny, action: 'Allow' }] }, 'spec.ingress[0].action is none of Accept, Deny, Pass'],
    [{ ingress: [{ from: [{ namespaces: {} }] }] }, 'spec.ingress[0].action is not there'],
    [{ ingress: [{ ...deny, ports: [] }] }, 'spec.ingress[0].ports is not known'],
    [
      { ingress: [{ ...deny, from: [{ namespaces: { matchLabels: { a: 5 } } }] }] },
      'spec.ingress[0].from[0].namespaces.matchLabels.a is no text',
    ],
    [{ subject: { namespaces: 'all' }, ingress: [deny] }, 'spec.subject.namespaces is no object'],
  ] as const) {
    const { faults, rules } = read(spec)
    assert.deepEqual(faults, [fault])
    assert.deepEqual(
      rules.ingress?.map(({ action }) => action),
      ['Deny'],
    )
  }
})

test('ranges that overlap in more parts than a node can keep apart let nobody in, and deny all where they were to deny', () => {
  // Each holds those behind it.
  const rules = (action: string) =>
    Array.from({ length: 500 }, (_, index) => ({
      action,
      to: [{ networks: Array.from({ length: 500 - index }, (_, place) => `10.${place >> 8}.${place & 255}.0/25`) }],
    }))
  const [deny, accept] = [read({ egress: rules('Deny') }), read({ egress: rules('Accept') })]
  for (const { faults } of [deny, accept]) assert.equal(faults.length, 0, 'in 125,250 parts they may')
  const twice = (action: string) => [
    ...rules(action),
    ...rules(action).map((rule) => ({ ...rule, to: [...rule.to, { networks: ['11.0.0.0/8'] }] })),
  ]
  const [denied, accepted] = [read({ egress: twice('Deny') }), read({ egress: twice('Accept') })]
  for (const { faults } of [denied, accepted])
    assert.match(faults.join(), /^spec has ranges that overlap in 2\d{5} parts/)
  for (const { action, peers } of denied.rules.egress!) assert.deepEqual([action, peers], ['Deny', undefined])
  for (const { action, peers } of accepted.rules.egress!) assert.deepEqual([action, peers], ['Accept', []])
})

const pathsOf = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, one]) => [[...at, name], ...pathsOf(one, [...at, name])])
    : []
const replaced = (value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown => {
  if (name === undefined) return by
  const one = replaced((value as Record<string, unknown>)[name], rest, by)
  return Array.isArray(value) ? value.with(Number(name), one) : { ...(value as object), [name]: one }
}
