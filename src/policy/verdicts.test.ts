import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Identities, type Identity, type Traits } from './identities.ts'
import { blockPeer, type NamedPort, type Peer, podPeer } from './peer.ts'
import type { Direction, Policy, Rule, Tier } from './rule.ts'
import { ALL, NONE, portsOf, union } from './traffic.ts'
import { isPoliced, passes, type Verdict, verdictsOf } from './verdicts.ts'

const labelled = (value: string): Peer =>
  podPeer({ namespaces: { labels: [] }, pods: [{ key: 'app', operator: '=', values: [value] }] })
const [A, B] = [labelled('a'), labelled('b')]
const block = blockPeer('10.0.0.0/8') as Peer

const rule = (more: Partial<Rule> = {}): Rule => ({
  path: 'spec.ingress[0]',
  action: 'Accept',
  peers: undefined,
  traffic: ALL,
  names: [],
  ...more,
})
const policy = (direction: Direction, rules: readonly Rule[], more: Partial<Policy> = {}): Policy => ({
  kind: 'NetworkPolicy',
  name: 'x/one',
  tier: 'NetworkPolicy',
  priority: 0,
  subject: { namespaces: { name: 'x' }, pods: [] },
  rules: { ingress: undefined, egress: undefined, [direction]: rules },
  faults: [],
  ...more,
})
const tier = (of: Tier, priority: number, rules: readonly Rule[], name = `p-${priority}`) =>
  policy('ingress', rules, { kind: 'ClusterNetworkPolicy', tier: of, priority, name })

const traits = (more: Partial<Traits>): Traits => ({
  family: 'IPv4',
  peers: [],
  limited: [],
  limit: NONE,
  ports: [],
  ...more,
})
/** The classes that there are, by their names. */
const setup = <Name extends string>(given: Readonly<Record<Name, Partial<Traits>>>) => {
  const identities = new Identities(() => {})
  const number = {} as Record<Name, number>
  for (const [name, more] of Object.entries(given) as [Name, Partial<Traits>][])
    number[name] = (identities.take(traits(more)) as Identity).number
  const say = (policies: readonly Policy[], direction: Direction = 'ingress', ports: readonly NamedPort[] = []) =>
    verdictsOf({ ports, policies }, direction, 'IPv4', identities)
  return { identities, number, say }
}
const nobody: Parameters<typeof verdictsOf>[3] = { of: () => [], named: [] }
const told = (verdicts: readonly Verdict[]) =>
  verdicts.map(
    ({ identity, ports, passes: is }) =>
      `${identity}${ports ? ` ${ports.protocol} ${ports.first}-${ports.last}` : ''} ${is ? 'passes' : 'stops'}`,
  )
const web = portsOf('TCP', 80, 80)

test('a direction is policed where a policy has rules for it, or says that it has none', () => {
  assert.equal(isPoliced([], 'ingress'), false)
  assert.equal(isPoliced([policy('ingress', [])], 'ingress'), true)
  assert.equal(isPoliced([policy('ingress', [])], 'egress'), false)
  assert.equal(isPoliced([policy('egress', []), policy('ingress', [])], 'ingress'), true)
})

test('who is isolated and lets nobody in needs no verdict: what none speaks of is dropped', () => {
  const verdicts = verdictsOf({ ports: [], policies: [policy('ingress', [])] }, 'ingress', 'IPv4', nobody)
  assert.deepEqual(verdicts, [])
  assert.equal(passes(verdicts, 0, 'TCP', 80), false)
  assert.equal(passes(verdicts, 7, undefined, 0), false)
})

test('what anyone may do is said once, and not again of those whom other rules mean', () => {
  const { say, number } = setup({ a: { peers: [A] }, b: { peers: [B] } })
  assert.deepEqual(told(say([policy('ingress', [rule()])])), ['0 passes'])
  assert.deepEqual(told(say([policy('ingress', [rule(), rule({ peers: [A] })])])), ['0 passes'])
  assert.deepEqual(
    told(say([policy('ingress', [rule({ traffic: web }), rule({ peers: [A] }), rule({ peers: [B], traffic: web })])])),
    ['0 TCP 80-80 passes', `${number.a} passes`],
  )
})

test('of an identity it is said in which it differs from anyone: ports that pass too, and ports that do not', () => {
  const { say, number } = setup({ a: { peers: [A] } })
  const more = rule({ peers: [A], traffic: portsOf('UDP', 53, 60) })
  assert.deepEqual(told(say([policy('ingress', [rule({ traffic: web }), more])])), [
    '0 TCP 80-80 passes',
    `${number.a} UDP 53-60 passes`,
  ])
  const denied = [
    tier('Admin', 1, [rule({ action: 'Deny', peers: [A], traffic: portsOf('TCP', 80, 90) })]),
    policy('ingress', [rule({ traffic: portsOf('TCP', 85, 99) })]),
  ]
  assert.deepEqual(told(say(denied)), ['0 TCP 85-99 passes', `${number.a} TCP 85-90 stops`])
})

test('where the rest of an identity’s traffic is not as anyone’s, all its ports are said with it', () => {
  const { say, number } = setup({ a: { peers: [A] } })
  const open = [tier('Baseline', 1, [rule({ action: 'Deny', peers: [A] })])]
  assert.deepEqual(told(say(open)), ['0 passes', `${number.a} stops`])
  const someIn = [
    tier('Baseline', 1, [rule({ action: 'Accept', peers: [A], traffic: web }), rule({ action: 'Deny', peers: [A] })]),
  ]
  assert.deepEqual(told(say(someIn)), ['0 passes', `${number.a} stops`, `${number.a} TCP 80-80 passes`])
  const someOut = [
    tier('Admin', 1, [rule({ action: 'Deny', peers: [A], traffic: web })]),
    policy('ingress', [rule({ peers: [A] }), rule({ traffic: web })]),
  ]
  assert.deepEqual(told(say(someOut)), ['0 TCP 80-80 passes', `${number.a} passes`, `${number.a} TCP 80-80 stops`])
})

test('whoever is open but for some ports has these said', () => {
  const { say } = setup({})
  const but = [tier('Admin', 1, [rule({ action: 'Deny', traffic: union(web, portsOf('SCTP')) })])]
  assert.deepEqual(told(say(but)), ['0 passes', '0 TCP 80-80 stops', '0 SCTP 0-65535 stops'])
})

test('several peers of a rule are one and the other; several rules with the same peer add up, ports as well', () => {
  const { say, number } = setup({ a: { peers: [A] }, b: { peers: [B] }, both: { peers: [A, B] } })
  const two = policy('ingress', [
    rule({ peers: [A, B], traffic: web }),
    rule({ peers: [B], traffic: union(portsOf('TCP', 81, 81), portsOf('UDP', 53, 53)) }),
  ])
  assert.deepEqual(
    told(say([two])).sort(),
    [
      `${number.a} TCP 80-80 passes`,
      `${number.b} TCP 80-81 passes`,
      `${number.b} UDP 53-53 passes`,
      `${number.both} TCP 80-81 passes`,
      `${number.both} UDP 53-53 passes`,
    ].sort(),
  )
})

test('an identity of the other family has no say in this one', () => {
  const { identities, say } = setup({ six: { peers: [A], family: 'IPv6' } })
  const one = policy('ingress', [rule({ peers: [A] })])
  assert.deepEqual(told(say([one])), [])
  const six = verdictsOf({ ports: [], policies: [one] }, 'ingress', 'IPv6', identities)
  assert.equal(six.length, 1)
  const named = setup({ six: { family: 'IPv6', ports: [{ name: 'web', protocol: 'TCP', port: 80 }] } })
  const byName = policy('egress', [rule({ traffic: NONE, names: [{ name: 'web', protocol: 'TCP' }] })])
  assert.deepEqual(told(named.say([byName], 'egress')), [])
})

test('tiers go by Admin, NetworkPolicy, Baseline; in one the lesser priority, of equal ones the lesser name, is first', () => {
  const { say } = setup({})
  const accept = rule({ traffic: web })
  const deny = rule({ action: 'Deny' })
  const is = (...policies: readonly Policy[]) => passes(say(policies), 0, 'TCP', 80)
  assert.equal(is(tier('Admin', 5, [deny]), tier('Admin', 3, [accept])), true)
  assert.equal(is(tier('Admin', 3, [deny]), tier('Admin', 5, [accept])), false)
  assert.equal(is(tier('Admin', 3, [deny], 'b'), tier('Admin', 3, [accept], 'a')), true)
  assert.equal(is(tier('Admin', 3, [deny], 'a'), tier('Admin', 3, [accept], 'b')), false)
  assert.equal(is(tier('Admin', 3, [deny]), policy('ingress', [accept])), false)
  assert.equal(is(tier('Baseline', 3, [deny]), policy('ingress', [accept])), true)
  assert.equal(is(tier('Baseline', 3, [accept]), policy('ingress', [])), false)
  assert.equal(is(tier('Baseline', 3, [accept]), tier('Baseline', 1, [deny])), false)
})

test('Pass skips the rest of its own tier for its own peers and traffic alone', () => {
  const { say, number } = setup({ a: { peers: [A] }, b: { peers: [B] } })
  const both = (last: Policy) => [
    tier('Admin', 1, [rule({ action: 'Pass', peers: [A], traffic: web })]),
    tier('Admin', 2, [rule({ action: 'Deny' })]),
    last,
  ]
  const who = (policies: readonly Policy[]) =>
    [number.a, number.b].map((one) => [80, 81].map((port) => passes(say(policies), one, 'TCP', port)))
  assert.deepEqual(who(both(policy('ingress', [rule({ traffic: web })]))), [
    [true, false],
    [false, false],
  ])
  assert.deepEqual(who(both(policy('ingress', []))), [
    [false, false],
    [false, false],
  ])
  assert.deepEqual(who(both(tier('Baseline', 1, [rule({ action: 'Deny', traffic: web })]))), [
    [false, false],
    [false, false],
  ])
  assert.deepEqual(who(both(tier('Baseline', 1, [rule({ action: 'Pass', traffic: web }), rule({ action: 'Deny' })]))), [
    [true, false],
    [false, false],
  ])
})

test('for ingress a port’s name is that of the pod itself, of whomever it lets in', () => {
  const { say, number } = setup({ a: { peers: [A], ports: [{ name: 'web', protocol: 'TCP', port: 1 }] } })
  const names = [{ name: 'web', protocol: 'TCP' as const }]
  const own = [{ name: 'web', protocol: 'TCP' as const, port: 8080 }]
  assert.deepEqual(told(say([policy('ingress', [rule({ traffic: NONE, names })])], 'ingress', own)), [
    '0 TCP 8080-8080 passes',
  ])
  assert.deepEqual(told(say([policy('ingress', [rule({ traffic: NONE, names, peers: [A] })])], 'ingress', own)), [
    `${number.a} TCP 8080-8080 passes`,
  ])
})

test('for egress it is that of each pod that is asked, whether rules mean it or anyone', () => {
  const { say, number } = setup({
    one: { peers: [A], ports: [{ name: 'web', protocol: 'TCP', port: 81 }] },
    other: { peers: [A], ports: [{ name: 'web', protocol: 'TCP', port: 82 }] },
    none: { peers: [A] },
    unmeant: { ports: [{ name: 'web', protocol: 'TCP', port: 83 }] },
  })
  const names = [{ name: 'web', protocol: 'TCP' as const }]
  const own = [{ name: 'web', protocol: 'TCP' as const, port: 8080 }]
  const meant = policy('egress', [rule({ traffic: NONE, names, peers: [A] })])
  assert.deepEqual(
    told(say([meant], 'egress', own)).sort(),
    [`${number.one} TCP 81-81 passes`, `${number.other} TCP 82-82 passes`].sort(),
  )
  const anyone = policy('egress', [rule({ traffic: portsOf('UDP', 53, 53), names })])
  assert.deepEqual(
    told(say([anyone], 'egress', own)).sort(),
    [
      '0 UDP 53-53 passes',
      `${number.one} TCP 81-81 passes`,
      `${number.other} TCP 82-82 passes`,
      `${number.unmeant} TCP 83-83 passes`,
    ].sort(),
  )
  const beside = policy('egress', [rule({ traffic: NONE, names }), rule({ traffic: web, peers: [A] })])
  assert.deepEqual(
    told(say([beside], 'egress', own)).filter((one) => one.startsWith(`${number.one} `)),
    [`${number.one} TCP 80-81 passes`],
  )
})

test('who is a peer for some traffic only is meant for that, and for all where another peer of the rule means it whole', () => {
  const dns = union(portsOf('UDP', 53, 53), portsOf('TCP', 53, 53))
  const { say, number } = setup({ node: { peers: [block], limited: [A, B], limit: dns } })
  assert.deepEqual(told(say([policy('ingress', [rule({ peers: [A, B] })])])), [
    `${number.node} TCP 53-53 passes`,
    `${number.node} UDP 53-53 passes`,
  ])
  assert.deepEqual(told(say([policy('ingress', [rule({ peers: [A], traffic: portsOf('UDP') })])])), [
    `${number.node} UDP 53-53 passes`,
  ])
  for (const peers of [
    [A, block],
    [block, A],
  ])
    assert.deepEqual(told(say([policy('ingress', [rule({ peers })])])), [`${number.node} passes`])
})

test('a packet is told by its port, else by the rest; of an identity of which nothing is said by what is said of anyone', () => {
  const verdicts: readonly Verdict[] = [
    { identity: 0, ports: undefined, passes: true },
    { identity: 0, ports: { protocol: 'TCP', first: 80, last: 90 }, passes: false },
    { identity: 7, ports: { protocol: 'TCP', first: 85, last: 85 }, passes: true },
    { identity: 8, ports: undefined, passes: false },
  ]
  const ask = (identity: number) => [79, 80, 85, 90, 91].map((port) => passes(verdicts, identity, 'TCP', port))
  assert.deepEqual(ask(0), [true, false, false, false, true])
  assert.deepEqual(ask(7), [true, false, true, false, true])
  assert.deepEqual(ask(8), [false, false, false, false, false])
  assert.deepEqual(ask(9), ask(0))
  assert.deepEqual(
    [0, 7, 8].map((one) => passes(verdicts, one, undefined, 85)),
    [true, true, false],
    'what has no port',
  )
  assert.deepEqual(
    [0, 7, 8].map((one) => passes(verdicts, one, 'UDP', 85)),
    [true, true, false],
  )
})
