import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { Direction } from '../rule.ts'
import { ALL, NONE, portsOf, union } from '../traffic.ts'
import { readNetworkPolicy } from './read-network-policy.ts'

const read = (spec: object) =>
  readNetworkPolicy({
    metadata: { namespace: 'shop', name: 'one' },
    spec: { podSelector: {}, ...spec },
  } as unknown as NetworkPolicy)
const about = (spec: object): readonly Direction[] => {
  const { ingress, egress } = read(spec).rules
  return [...(ingress ? (['ingress'] as const) : []), ...(egress ? (['egress'] as const) : [])]
}
const first = (spec: object) => read(spec).rules.ingress![0]!
const keys = (...from: readonly object[]) => first({ ingress: [{ from }] }).peers?.map(({ key }) => key)
const faultOf = (spec: object) => {
  const { faults, rules, subject } = read(spec)
  return { faults, rules: rules.ingress ?? [], subject }
}

test('a policy is about the directions that it names; where it names none, about ingress, and egress if it has rules for that', () => {
  assert.deepEqual(about({}), ['ingress'])
  assert.deepEqual(about({ egress: [{}] }), ['ingress', 'egress'])
  assert.deepEqual(about({ egress: [] }), ['ingress'])
  assert.deepEqual(about({ policyTypes: ['Egress'] }), ['egress'])
  assert.deepEqual(about({ policyTypes: ['Ingress'], egress: [{}] }), ['ingress'])
  assert.deepEqual(about({ policyTypes: ['Egress', 'Ingress'] }), ['ingress', 'egress'])
})

test('it selects pods of its own namespace, all of them where its selector is empty', () => {
  assert.deepEqual(read({}).subject, { namespaces: { name: 'shop' }, pods: [] })
  assert.deepEqual(read({ podSelector: { matchLabels: { app: 'a' } } }).subject.pods, [
    { key: 'app', operator: '=', values: ['a'] },
  ])
  assert.deepEqual(
    [read({}).kind, read({}).name, read({}).tier, read({}).priority],
    ['NetworkPolicy', 'shop/one', 'NetworkPolicy', 0],
  )
})

test('no peers mean everybody, and each of the four ways of selectors means what it says', () => {
  assert.equal(first({ ingress: [{}] }).peers, undefined)
  assert.equal(first({ ingress: [{ from: [] }] }).peers, undefined)
  const app = { matchLabels: { app: 'a' } }
  assert.deepEqual(keys({ podSelector: app }), ['pods shop {app = a}'])
  assert.deepEqual(keys({ namespaceSelector: app }), ['pods {app = a} {}'])
  assert.deepEqual(keys({ podSelector: app, namespaceSelector: {} }), ['pods {} {app = a}'])
  assert.deepEqual(keys({ podSelector: {} }), ['pods shop {}'])
  assert.deepEqual(keys({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.2.0.0/16', '10.1.0.0/16'] } }), [
    'block 10.0.0.0/8 10.1.0.0/16,10.2.0.0/16',
  ])
})

test('no ports mean all traffic; ports add up, by number, by range, by name, and all of a protocol', () => {
  const of = (...ports: readonly object[]) => {
    const { traffic, names } = first({ ingress: [{ ports }] })
    return { traffic, names }
  }
  assert.deepEqual(of(), { traffic: ALL, names: [] })
  assert.deepEqual(of({ port: 80 }), { traffic: portsOf('TCP', 80, 80), names: [] })
  assert.deepEqual(of({ port: 80, endPort: 90, protocol: 'SCTP' }).traffic, portsOf('SCTP', 80, 90))
  assert.deepEqual(of({ protocol: 'UDP' }).traffic, portsOf('UDP'))
  assert.deepEqual(of({ port: 'web' }, { port: 53, protocol: 'UDP' }, { port: 80 }), {
    traffic: union(portsOf('UDP', 53, 53), portsOf('TCP', 80, 80)),
    names: [{ name: 'web', protocol: 'TCP' }],
  })
})

test('what cannot be read is told with its field, and lets nobody in; what stands beside it goes on', () => {
  const good = { podSelector: { matchLabels: { app: 'a' } } }
  for (const [peer, fault] of [
    [{ ipBlock: { cidr: '10.0.0.0/33' } }, /^spec\.ingress\[0\]\.from\[1\]\.ipBlock is no range/],
    [{ ipBlock: { cidr: '10.0.0.0/8', except: ['x'] } }, /^spec\.ingress\[0\]\.from\[1\]\.ipBlock is no range/],
    [{}, /^spec\.ingress\[0\]\.from\[1\] names nobody/],
    [
      { ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} },
      /^spec\.ingress\[0\]\.from\[1\] has an ipBlock beside a selector/,
    ],
    [
      { podSelector: { matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] } },
      /^spec\.ingress\[0\]\.from\[1\]\.podSelector cannot be read/,
    ],
    [
      { namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      /^spec\.ingress\[0\]\.from\[1\]\.namespaceSelector cannot be read/,
    ],
  ] as const) {
    const { faults, rules } = faultOf({ ingress: [{ from: [good, peer] }] })
    assert.equal(faults.length, 1, JSON.stringify(peer))
    assert.match(faults[0]!, fault)
    assert.deepEqual(
      rules[0]!.peers!.map(({ key }) => key),
      ['pods shop {app = a}'],
    )
    assert.deepEqual(faultOf({ ingress: [{ from: [peer] }] }).rules[0]!.peers, [], 'not everybody')
  }
  for (const [port, fault] of [
    [{ port: 0 }, /ports\[0\] is no range of ports/],
    [{ port: 90, endPort: 80 }, /ports\[0\] is no range of ports/],
    [{ endPort: 80 }, /ports\[0\] is no range of ports/],
    [{ port: 80, endPort: 65536 }, /ports\[0\] is no range of ports/],
    [{ port: 80, protocol: 'ICMP' }, /ports\[0\]\.protocol "ICMP" is none of TCP, UDP, SCTP/],
  ] as const) {
    const { faults, rules } = faultOf({ ingress: [{ ports: [port] }] })
    assert.match(faults[0]!, fault)
    assert.deepEqual([rules[0]!.traffic, rules[0]!.names], [NONE, []], 'not all ports')
  }
})

test('a policy whose own selector cannot be read isolates all of its namespace, and lets in nothing', () => {
  const podSelector = { matchExpressions: [{ key: 'a', operator: 'Like' }] }
  const { faults, subject, rules } = faultOf({ podSelector, ingress: [{ ports: [{ port: 80 }] }] })
  assert.deepEqual(rules, [], 'its rules were not meant for all of them')
  assert.deepEqual(about({ podSelector, policyTypes: ['Egress'], egress: [{}] }), ['egress'])
  assert.match(faults[0]!, /^spec\.podSelector cannot be read/)
  assert.deepEqual(subject, { namespaces: { name: 'shop' }, pods: [] })
})

test('ranges that are not in their one form, as older objects have them, are read as what they mean', () => {
  assert.equal(read({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.7/8' } }] }] }).faults.length, 0)
})

test('each rule, and each fault, is told by where it stands, in either direction', () => {
  const { rules, faults } = read({ policyTypes: ['Ingress', 'Egress'], ingress: [{}, {}], egress: [{}, { to: [{}] }] })
  assert.deepEqual(
    [...rules.ingress!, ...rules.egress!].map(({ path }) => path),
    ['spec.ingress[0]', 'spec.ingress[1]', 'spec.egress[0]', 'spec.egress[1]'],
  )
  assert.match(faults[0]!, /^spec\.egress\[1\]\.to\[0\] names nobody/)
})

test('a policy whose ranges overlap in more parts than a node can keep apart is closed where they are, and says so', () => {
  const app = { podSelector: { matchLabels: { app: 'a' } } }
  const bomb = (count: number, isApart: boolean) =>
    read({
      ingress: Array.from({ length: count }, (_, index) => ({
        from: [{ ipBlock: { cidr: '10.0.0.0/8', except: [`10.${index >> 8}.${index & 255}.0/24`] } }, app],
        ports: [{ port: isApart ? index + 1 : 80 }],
      })),
    })
  assert.deepEqual(bomb(2000, false).faults, [], 'with the same ports they are one')
  assert.deepEqual(bomb(100, true).faults, [])
  const { faults, rules } = bomb(2000, true)
  assert.equal(faults.length, 1)
  assert.match(faults[0]!, /^spec has ranges that overlap in \d+ parts, and may in 200000: give rules of the same /)
  for (const { peers } of rules.ingress!)
    assert.deepEqual(
      peers?.map(({ kind }) => kind),
      ['pods'],
    )
})

test('a policy of more ports that stand alone than a node can hold of each pod is closed where they are, and says so', () => {
  const app = { podSelector: { matchLabels: { app: 'a' } } }
  const ports = (count: number, step: number) =>
    Array.from({ length: count }, (_, index) => ({ port: 1 + index * step }))
  assert.deepEqual(read({ ingress: [{ ports: ports(30_000, 1) }] }).faults, [], 'one range')
  assert.deepEqual(read({ ingress: [{ ports: ports(1000, 2) }, { ports: ports(1000, 2) }] }).faults, [])
  const { faults, rules } = faultOf({ ingress: [{ ports: ports(3000, 2) }, { from: [app] }] })
  assert.deepEqual(faults, ['spec has ports in 3000 ranges that do not touch, and may in 2000: write them as ranges'])
  assert.deepEqual(
    rules.map(({ traffic }) => traffic),
    [NONE, ALL],
  )
})
