import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderDelete, renderElements, renderFlush, renderKinds, renderRule, renderSet } from './render.ts'
import { type Element, type Statement, WORD } from './rule.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'

/** Each statement as nft reads it; where a table of IPv6 has it otherwise, that too. */
const STATEMENTS: readonly (readonly [statement: Statement, ip: string, ip6?: string])[] = [
  [{ do: 'lookup', key: ['saddr'], set: 's' }, 'ip saddr @s', 'ip6 saddr @s'],
  [
    { do: 'lookup', key: ['daddr', 'l4proto', 'dport'], set: 's', not: true },
    'ip daddr . meta l4proto . th dport != @s',
    'ip6 daddr . meta l4proto . th dport != @s',
  ],
  [
    { do: 'lookup', key: ['ct-daddr', 'ct-dport'], set: 's' },
    'ct original ip daddr . ct original proto-dst @s',
    'ct original ip6 daddr . ct original proto-dst @s',
  ],
  [{ do: 'lookup', key: ['word', 'mark', 'ct-mark'], set: 's' }, 'meta priority . meta mark . ct mark @s'],
  [
    { do: 'lookup', key: [{ word: WORD.BACKENDS }, { random: 3 }], set: 's' },
    'meta priority & 0x7ffff000 . numgen random mod 3 @s',
  ],
  [{ do: 'lookup', key: ['client'], set: 's' }, 'ip saddr @s', 'jhash ip6 saddr mod 4294967295 seed 0x5eed @s'],
  [{ do: 'has-ports' }, 'meta l4proto { tcp, udp, sctp }'],
  [{ do: 'protocol-is', protocol: 'tcp' }, 'meta l4proto tcp'],
  [{ do: 'protocol-is', protocol: 'udp', not: true }, 'meta l4proto != udp'],
  [{ do: 'translated' }, 'ct status dnat'],
  [{ do: 'connection-invalid' }, 'ct state invalid'],
  [{ do: 'connection-answered' }, 'ct state established,related'],
  [{ do: 'from-pod' }, 'iifname "fl-*"'],
  [{ do: 'no-way-back' }, 'fib saddr . iif oif missing'],
  [{ do: 'from-uplink' }, 'iifname "eth0"'],
  [{ do: 'source-is-node' }, 'fib saddr type local'],
  [{ do: 'word-has', bit: WORD.PARTICULAR }, 'meta priority & 0x80000000 != 0'],
  [{ do: 'set-word', and: WORD.SERVICE_PORT, or: WORD.LOCAL }, 'meta priority set meta priority & 0x7fffe000 | 0x1000'],
  [{ do: 'set-word', and: WORD.SERVICE_PORT, or: 0 }, 'meta priority set meta priority & 0x7fffe000'],
  [{ do: 'set-word-from', key: ['word'], map: 'm' }, 'meta priority set meta priority map @m'],
  [{ do: 'goto-kind' }, 'meta priority & 0xfff vmap @kinds'],
  [
    { do: 'update', map: 'm', key: ['word', 'client'], data: 'ct-mark', seconds: 60 },
    'update @m { meta priority . ip saddr timeout 60s : ct mark }',
    'update @m { meta priority . jhash ip6 saddr mod 4294967295 seed 0x5eed timeout 60s : ct mark }',
  ],
  [{ do: 'forget', map: 'm', key: ['mark'], data: 'word' }, 'delete @m { meta mark : meta priority }'],
  [{ do: 'set-mark-from', key: ['dport'], map: 'm' }, 'meta mark set th dport map @m'],
  [{ do: 'set-flow-from', key: ['dport'], map: 'm' }, 'ct mark set th dport map @m'],
  [
    { do: 'set-mark-by-hash', nodes: 3 },
    'meta mark set jhash ip saddr . ip daddr mod 3 seed 0x5eed offset 1',
    'meta mark set jhash ip6 saddr . ip6 daddr mod 3 seed 0x5eed offset 1',
  ],
  [{ do: 'set-mark-to-flow' }, 'meta mark set ct mark'],
  [{ do: 'dnat', key: ['word'], map: 'm' }, 'dnat ip to meta priority map @m', 'dnat ip6 to meta priority map @m'],
  [
    { do: 'snat', key: ['daddr'], map: 'm' },
    'snat ip to ip daddr map @m fully-random',
    'snat ip6 to ip6 daddr map @m fully-random',
  ],
  [{ do: 'goto', chain: 'c' }, 'goto c'],
  [{ do: 'jump', chain: 'c' }, 'jump c'],
  [{ do: 'return' }, 'return'],
  [{ do: 'drop' }, 'drop'],
  [{ do: 'accept' }, 'accept'],
  [{ do: 'notrack' }, 'notrack'],
  [{ do: 'masquerade' }, 'masquerade fully-random'],
  [{ do: 'reject', with: 'tcp-reset' }, 'reject with tcp reset'],
  [
    { do: 'reject', with: 'port-unreachable' },
    'reject with icmp type port-unreachable',
    'reject with icmpv6 type port-unreachable',
  ],
]

test('each statement reads as nft wants it, in a table of either family', () => {
  for (const [statement, ip, ip6 = ip] of STATEMENTS)
    assert.deepEqual([renderRule([statement], 'ip'), renderRule([statement], 'ip6')], [ip, ip6])
})

test('the statements of a rule stand behind one another', () => {
  const rule: readonly Statement[] = [{ do: 'from-pod' }, { do: 'no-way-back' }, { do: 'drop' }]
  assert.equal(renderRule(rule, 'ip'), 'iifname "fl-*" fib saddr . iif oif missing drop')
})

test('a set is made of what its definition tells: a set or a map, of ranges, or filled by packets', () => {
  const { definitions } = NODE_RULESET.sets
  const texts = (name: string) =>
    (['ip', 'ip6'] as const).map((family) => renderSet(definitions.find((one) => one.name === name)!, family))
  assert.deepEqual(texts('hairpin'), [
    ' set hairpin { typeof ip saddr . ip daddr; }',
    ' set hairpin { typeof ip6 saddr . ip6 daddr; }',
  ])
  assert.deepEqual(texts('own-pods'), [
    ' map own-pods { typeof ip daddr : ip saddr; flags interval; }',
    ' map own-pods { typeof ip6 daddr : ip6 saddr; flags interval; }',
  ])
  assert.deepEqual(texts('kinds')[0], ' map kinds { typeof meta priority : verdict; }')
  // nft cannot list a set that is typed by a hash: a number of the same width stands for it.
  assert.deepEqual(texts('affinity'), [
    ' map affinity { typeof meta priority . ip saddr : meta priority; flags dynamic,timeout; size 1048576; timeout 3h; }',
    ' map affinity { typeof meta priority . numgen random mod 2 : meta priority; flags dynamic,timeout; size 1048576; timeout 3h; }',
  ])
})

const ELEMENTS: readonly Element[] = [
  { family: 'ip', set: 'frontends', key: ['10.96.0.1', 'tcp', 80], data: [0x2001], comment: 'default/web' },
  { family: 'ip6', set: 'frontends', key: ['fd00::1', 'tcp', 80], data: [0x2001] },
  { family: 'ip', set: 'frontends', key: ['10.96.0.1', 'udp', 53], data: [0x4010] },
  { family: 'ip', set: 'own-pods', key: ['10.244.1.0/24'], data: ['172.30.0.2'] },
  { family: 'ip', set: 'allowed', key: ['203.0.113.1', 'tcp', 80, '10.0.0.0/8'] },
  { family: 'ip', set: 'slots', key: [0x3000, 12], data: [0x2001] },
]

test('elements are told in one command a set: words in hex, since their bits mean something, and all else as it is', () => {
  assert.deepEqual(renderElements('add', ELEMENTS).split('\n'), [
    'add element ip fairlead frontends { 10.96.0.1 . tcp . 80 comment "default/web" : 0x2001, 10.96.0.1 . udp . 53 : 0x4010 }',
    'add element ip6 fairlead frontends { fd00::1 . tcp . 80 : 0x2001 }',
    'add element ip fairlead own-pods { 10.244.1.0/24 : 172.30.0.2 }',
    'add element ip fairlead allowed { 203.0.113.1 . tcp . 80 . 10.0.0.0/8 }',
    'add element ip fairlead slots { 0x3000 . 12 : 0x2001 }',
    '',
  ])
})

test('elements are deleted by their keys alone', () => {
  assert.deepEqual(renderElements('delete', ELEMENTS).split('\n'), [
    'delete element ip fairlead frontends { 10.96.0.1 . tcp . 80, 10.96.0.1 . udp . 53 }',
    'delete element ip6 fairlead frontends { fd00::1 . tcp . 80 }',
    'delete element ip fairlead own-pods { 10.244.1.0/24 }',
    'delete element ip fairlead allowed { 203.0.113.1 . tcp . 80 . 10.0.0.0/8 }',
    'delete element ip fairlead slots { 0x3000 . 12 }',
    '',
  ])
  assert.equal(renderElements('delete', []), '')
})

test('kinds are elements that lead to their chains; a chain is made once, after those that it names', () => {
  const made = new Set(['ip stick-60'])
  const sticky = { kind: 'sticky', count: 2, seconds: 60, local: false } as const
  const text = renderKinds(
    [
      { family: 'ip', number: 1, kind: { kind: 'drop' } },
      { family: 'ip', number: 2, kind: { kind: 'reject' } },
      { family: 'ip6', number: 3, kind: { kind: 'pick', count: 3, local: true } },
      { family: 'ip', number: 17, kind: sticky },
      { family: 'ip6', number: 17, kind: sticky },
      { family: 'ip6', number: 18, kind: { ...sticky, count: 3 } },
    ],
    made,
  )
  assert.deepEqual(
    text.split('\n').filter((line) => /^(?:table|add| chain)/.test(line)),
    [
      'add element ip fairlead kinds { 0x1 : drop }',
      'add element ip fairlead kinds { 0x2 : goto reject-it }',
      'add element ip6 fairlead kinds { 0x3 : goto pick-3 }',
      'table ip fairlead {',
      ' chain sticky-2-60 {',
      'add element ip fairlead kinds { 0x11 : goto sticky-2-60 }',
      'table ip6 fairlead {',
      ' chain stick-60 {',
      'table ip6 fairlead {',
      ' chain sticky-2-60 {',
      'add element ip6 fairlead kinds { 0x11 : goto sticky-2-60 }',
      'table ip6 fairlead {',
      ' chain sticky-3-60 {',
      'add element ip6 fairlead kinds { 0x12 : goto sticky-3-60 }',
    ],
  )
  assert.deepEqual([...made], ['ip stick-60', 'ip sticky-2-60', 'ip6 stick-60', 'ip6 sticky-2-60', 'ip6 sticky-3-60'])
})

test('what empties sets and takes tables away names those of ours, in both families', () => {
  const [pods, own] = ['pod-cidrs', 'own-pods'].map((name) => NODE_RULESET.sets.layout('ip', name).definition)
  assert.deepEqual(renderFlush([pods!, own!]).split('\n'), [
    'flush set ip fairlead pod-cidrs',
    'flush map ip fairlead own-pods',
    'flush set ip6 fairlead pod-cidrs',
    'flush map ip6 fairlead own-pods',
    '',
  ])
  // `delete` alone fails where there is no such table.
  assert.deepEqual(renderDelete().split('\n'), [
    'add table ip fairlead',
    'delete table ip fairlead',
    'add table ip6 fairlead',
    'delete table ip6 fairlead',
    '',
  ])
})
