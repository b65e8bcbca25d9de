import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluate } from '../evaluator/evaluate.ts'
import { LoadedRuleset } from '../evaluator/loaded-ruleset.ts'
import type { Packet } from '../evaluator/packet.ts'
import { renderBase } from '../nftables/render.ts'
import type { Element } from '../nftables/rule.ts'
import { LONE_POLICY_RULESET, POLICY_RULESET } from './ruleset.ts'

/**
 * What every node's kernel holds for policies, as nft reads it in IPv4. Who changes a rule changes it here too, and tells why: a
 * start over tables of other rules replaces them.
 */
const TABLE = `
table ip fairlead-policy {
 set policed { typeof ip daddr; }
 set policed-ingress { typeof ip daddr; }
 set policed-egress { typeof ip saddr; }
 set selves { typeof ip saddr . ip daddr; }
 map identities { typeof ip saddr : meta priority; }
 map cells { typeof ip saddr : meta priority; flags interval; }
 map ingress-port { typeof ip daddr . meta priority . meta l4proto . th dport : verdict; }
 map ingress-ports { typeof ip daddr . meta priority . meta l4proto . th dport : verdict; flags interval; }
 map ingress-rest { typeof ip daddr . meta priority : verdict; }
 map egress-port { typeof ip saddr . meta priority . meta l4proto . th dport : verdict; }
 map egress-ports { typeof ip saddr . meta priority . meta l4proto . th dport : verdict; flags interval; }
 map egress-rest { typeof ip saddr . meta priority : verdict; }
 set stamp { typeof meta priority; }
 chain to-ingress {
  meta priority set 0x0
  meta priority set ip saddr map @identities
  meta priority 0x0 meta priority set ip saddr map @cells
  ip daddr . meta priority . meta l4proto . th dport vmap @ingress-port
  ip daddr . meta priority . meta l4proto . th dport vmap @ingress-ports
  ip daddr . meta priority vmap @ingress-rest
  meta priority set 0x0
  ip daddr . meta priority . meta l4proto . th dport vmap @ingress-port
  ip daddr . meta priority . meta l4proto . th dport vmap @ingress-ports
  ip daddr . meta priority vmap @ingress-rest
  drop
 }
 chain to-egress {
  meta priority set 0x0
  meta priority set ip daddr map @identities
  meta priority 0x0 meta priority set ip daddr map @cells
  ip saddr . meta priority . meta l4proto . th dport vmap @egress-port
  ip saddr . meta priority . meta l4proto . th dport vmap @egress-ports
  ip saddr . meta priority vmap @egress-rest
  meta priority set 0x0
  ip saddr . meta priority . meta l4proto . th dport vmap @egress-port
  ip saddr . meta priority . meta l4proto . th dport vmap @egress-ports
  ip saddr . meta priority vmap @egress-rest
  drop
 }
 chain policy-forward {
  type filter hook forward priority 0;
  ct state established,related accept
  ip saddr . ip daddr @selves accept
  tcp flags & (syn | ack) != syn ip saddr @policed drop
  tcp flags & (syn | ack) != syn ip daddr @policed drop
  ip saddr @policed-egress jump to-egress
  ip daddr @policed-ingress jump to-ingress
 }
 chain policy-input {
  type filter hook input priority 0;
  ct state established,related accept
  ct state untracked accept
  tcp flags & (syn | ack) != syn ip saddr @policed drop
  ip saddr @policed-egress jump to-egress
 }
 chain policy-output {
  type filter hook output priority 0;
  ct state established,related accept
  tcp flags & (syn | ack) != syn ip daddr @policed drop
 }
}
`

test('the rules are these, in IPv4 and, with its own addresses, in IPv6', () => {
  const text = renderBase(POLICY_RULESET)
  const six = TABLE.trimStart()
    .replaceAll('ip saddr', 'ip6 saddr')
    .replaceAll('ip daddr', 'ip6 daddr')
    .replace('saddr 0.0.0.0', 'saddr ::')
    .replace('table ip ', 'table ip6 ')
  assert.equal(text, TABLE.trimStart() + six)
})

test('where none of our rules for Services are there, they begin with whose address it is; else those see to that', () => {
  const [first, ...others] = LONE_POLICY_RULESET.chains
  assert.deepEqual(others, POLICY_RULESET.chains)
  assert.equal(first?.name, 'policy-source')
  assert.ok(
    renderBase(LONE_POLICY_RULESET).includes(`
 chain policy-source {
  type filter hook prerouting priority -300;
  ip saddr 0.0.0.0 iifname "fl-*" drop
  iifname "fl-*" fib saddr . iif oif missing drop
 }
`),
  )
})

test('no chain is made for a kind of anything: they never grow', () => {
  assert.deepEqual(POLICY_RULESET.kindChains({ kind: 'drop' }), [])
})

const element = (set: string, key: Element['key'], data?: Element['data']): Element => ({
  family: 'ip',
  set,
  key,
  ...(data && { data }),
})
const POD = '10.244.1.2'
const KNOWN = '10.244.2.2'
/** A pod that may be asked, and ask, as `given` says; KNOWN counts as 7, and 192.0.2.0/24 as 8. */
const load = (...given: readonly Element[]) =>
  new LoadedRuleset(
    [
      element('policed', [POD]),
      element('policed-ingress', [POD]),
      element('policed-egress', [POD]),
      element('selves', [POD, POD]),
      element('identities', [KNOWN], [7]),
      element('cells', ['192.0.2.0/24'], [8]),
      ...given,
    ],
    [],
    LONE_POLICY_RULESET,
  )
const passes = (ruleset: LoadedRuleset, packet: Partial<Packet>): boolean =>
  evaluate(
    ruleset,
    { source: KNOWN, destination: POD, protocol: 'tcp', port: 80, ...packet },
    { random: () => 0, isNode: (address) => address === '172.30.0.1' },
  ).verdict.kind === 'pass'
const back = { source: POD, destination: KNOWN }

test('a pod that speaks in the name of one that is let in is not let in, where the Services’ rules are not there to see to it', () => {
  const open = load(element('ingress-rest', [POD, 7], ['return']))
  assert.equal(passes(open, { fromPod: KNOWN }), true)
  assert.equal(passes(open, { fromPod: '10.244.1.9' }), false)
  assert.equal(passes(open, { source: '0.0.0.0', fromPod: '0.0.0.0' }), false)
})

test('nothing passes of which nothing is said, in either direction', () => {
  const none = load()
  assert.deepEqual([passes(none, {}), passes(none, back), passes(none, { protocol: undefined })], [false, false, false])
  assert.equal(passes(none, { destination: KNOWN, source: '10.244.3.3' }), true, 'neither end is policed')
})

test('what is said of a port goes before what is said of a range of them, and that before the rest', () => {
  const ruleset = load(
    element('ingress-port', [POD, 7, 'tcp', 85], ['return']),
    element('ingress-ports', [POD, 7, 'tcp', '80-90'], ['drop']),
    element('ingress-rest', [POD, 7], ['return']),
  )
  assert.deepEqual(
    [79, 80, 85, 90, 91].map((port) => passes(ruleset, { port })),
    [true, false, true, false, true],
  )
  assert.deepEqual([passes(ruleset, { protocol: undefined }), passes(ruleset, { protocol: 'udp' })], [true, true])
})

test('of whom nothing is said counts what is said of anyone, and so it does of who is known to nobody', () => {
  const ruleset = load(
    element('ingress-port', [POD, 0, 'tcp', 80], ['return']),
    element('ingress-port', [POD, 7, 'tcp', 81], ['return']),
    element('ingress-port', [POD, 8, 'tcp', 80], ['drop']),
  )
  const asked = (source: string) => [80, 81].map((port) => passes(ruleset, { source, port }))
  assert.deepEqual(
    [asked(KNOWN), asked('203.0.113.1'), asked('192.0.2.9')],
    [
      [true, true],
      [true, false],
      [false, false],
    ],
  )
})

test('both directions are asked, each of its own: who may leave must also be let in', () => {
  const other = '10.244.1.3'
  const both = (...given: readonly Element[]) =>
    passes(
      load(
        element('identities', [POD], [9]),
        element('identities', [other], [10]),
        element('policed-ingress', [other]),
        ...given,
      ),
      { source: POD, destination: other },
    )
  const leaves = element('egress-rest', [POD, 10], ['return'])
  const enters = element('ingress-rest', [other, 9], ['return'])
  assert.deepEqual([both(), both(leaves), both(enters), both(leaves, enters)], [false, false, false, true])
  assert.equal(
    both(leaves, element('ingress-rest', [other, 10], ['return'])),
    false,
    'who it was in egress is forgotten',
  )
})

test('a pod with itself, answers, and what its node sends to it pass; what it sends to its node is asked', () => {
  const none = load()
  assert.equal(passes(none, { source: POD, destination: POD }), true)
  assert.equal(passes(none, { isAnswered: true }), true)
  assert.equal(passes(none, { source: '172.30.0.1', fromNode: true }), true)
  assert.equal(passes(none, { source: POD, destination: '172.30.0.1' }), false)
  assert.equal(
    passes(load(element('egress-rest', [POD, 0], ['return'])), { source: POD, destination: '172.30.0.1' }),
    true,
  )
})

test('TCP that goes on from its middle, as what was forgotten does, is dropped at a pod that is policed, whatever may begin', () => {
  const open = load(element('ingress-rest', [POD, 0], ['return']), element('egress-rest', [POD, 0], ['return']))
  const middle = { isMidStream: true }
  assert.deepEqual([passes(open, {}), passes(open, back)], [true, true])
  assert.deepEqual([passes(open, middle), passes(open, { ...back, ...middle })], [false, false])
  assert.equal(passes(open, { ...middle, source: '172.30.0.1', fromNode: true }), false)
  assert.equal(passes(open, { ...middle, source: POD, destination: '172.30.0.1' }), false)
  assert.equal(passes(open, { ...middle, protocol: 'udp' }), true)
  assert.equal(passes(open, { ...middle, destination: KNOWN, source: '10.244.3.3' }), true)
})
