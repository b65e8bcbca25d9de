import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chain, Element, Field, Rule, Statement, Value } from '../nftables/rule.ts'
import { WORD } from '../nftables/rule.ts'
import { NODE_RULESET } from '../nftables/ruleset/node-ruleset.ts'
import { LoadedRuleset } from './loaded-ruleset.ts'
import type { Packet } from './packet.ts'
import { Walk } from './walk.ts'

const NODE = '172.30.0.2'
const packet = (more: Partial<Packet> = {}): Packet => ({
  source: '10.244.1.2',
  destination: '10.96.0.1',
  protocol: 'tcp',
  port: 80,
  ...more,
})
const drop: Statement = { do: 'drop' }
const chainOf = (...rules: Rule[]): Chain => ({
  name: 'all',
  hook: { type: 'filter', hook: 'prerouting', priority: 0 },
  rules,
})
/** An element of a set that any key may be looked up in. */
const element = (key: readonly Value[], data?: readonly Value[], family: Element['family'] = 'ip'): Element =>
  data === undefined ? { family, set: 'stamp', key } : { family, set: 'slots', key, data }

interface World {
  readonly chains?: readonly Chain[]
  readonly elements?: readonly Element[]
  readonly now?: number
}

const loaded = ({ chains = [], elements = [] }: World) => new LoadedRuleset(elements, [], { ...NODE_RULESET, chains })
const through = (ruleset: LoadedRuleset, one = packet(), now?: number) => {
  const walk = new Walk(ruleset, one, { random: (n) => n - 1, isNode: (address) => address === NODE, now })
  return { walk, refusal: walk.through('prerouting') }
}
/** Whether a packet gets to the end of a rule. */
const matches = (statements: Rule, one = packet(), elements: readonly Element[] = []): boolean =>
  through(loaded({ chains: [chainOf([...statements, drop])], elements }), one).refusal !== undefined

test('each match looks at what it is named for', () => {
  const table: readonly (readonly [statement: Statement, yes: Partial<Packet>, no: Partial<Packet>])[] = [
    [{ do: 'protocol-is', protocol: 'tcp' }, {}, { protocol: 'udp' }],
    [{ do: 'protocol-is', protocol: 'udp', not: true }, { protocol: 'sctp' }, { protocol: 'udp' }],
    [{ do: 'connection-invalid' }, { isInvalid: true }, { isAnswered: true }],
    [{ do: 'connection-answered' }, { isAnswered: true }, {}],
    [{ do: 'from-pod' }, { fromPod: '10.244.1.2' }, {}],
    [{ do: 'no-source' }, { source: '0.0.0.0' }, { source: '10.244.1.2' }],
    [{ do: 'no-source' }, { source: '::' }, { source: '::1' }],
    [{ do: 'no-way-back' }, { fromPod: '10.244.1.3' }, { fromPod: '10.244.1.2' }],
    [{ do: 'from-uplink' }, { fromUplink: true }, { fromUplink: false }],
    [{ do: 'source-is-node' }, { source: NODE }, { destination: NODE }],
    [{ do: 'lookup', key: ['saddr'], set: 'stamp' }, { source: '10.0.0.1' }, { destination: '10.0.0.1' }],
    [{ do: 'lookup', key: ['saddr'], set: 'stamp', not: true }, {}, { source: '10.0.0.1' }],
  ]
  for (const [statement, yes, no] of table) {
    const held = [element(['10.0.0.1'])]
    assert.equal(matches([statement], packet(yes), held), true, statement.do)
    assert.equal(matches([statement], packet(no), held), false, statement.do)
  }
  for (const protocol of ['tcp', 'udp', 'sctp'] as const)
    assert.ok(matches([{ do: 'has-ports' }], packet({ protocol })))
})

test('nothing that only a tracked packet has matches one of no connection, and one that is not translated is not', () => {
  const isTranslated: Rule = [{ do: 'translated' }]
  assert.deepEqual([matches(isTranslated), matches(isTranslated, packet({ isInvalid: true }))], [false, false])
  const toFlow: Rule = [{ do: 'set-mark-to-flow' }]
  assert.deepEqual([matches(toFlow), matches(toFlow, packet({ isInvalid: true }))], [true, false])
})

test('a field is what the packet has of it', () => {
  const held: readonly (readonly [field: Field, value: Value])[] = [
    ['saddr', '10.244.1.2'],
    ['client', '10.244.1.2'],
    ['daddr', '10.96.0.1'],
    ['ct-daddr', '10.96.0.1'],
    ['l4proto', 'tcp'],
    ['dport', 80],
    ['ct-dport', 80],
    ['word', 0],
    ['mark', 0],
    ['ct-mark', 7],
    [{ random: 5 }, 4],
  ]
  for (const [field, value] of held) {
    const rule: Rule = [{ do: 'lookup', key: [field], set: 'stamp' }]
    assert.equal(matches(rule, packet({ flow: 7 }), [element([value])]), true, `${JSON.stringify(field)} is ${value}`)
    assert.equal(matches(rule, packet({ flow: 7 }), [element(['another'])]), false)
    assert.equal(matches(rule, packet({ flow: 7 }), [element([value], undefined, 'ip6')]), false)
  }
  const v6 = packet({ source: 'fd00::2', destination: 'fd00::1' })
  assert.ok(matches([{ do: 'lookup', key: ['saddr'], set: 'stamp' }], v6, [element(['fd00::2'], undefined, 'ip6')]))
})

test('after translation the destination is the new one, and the connection remembers the old', () => {
  const to: Element = { family: 'ip', set: 'endpoints', key: [0], data: ['10.244.2.3', 8080] }
  const nat: Chain = {
    name: 'nat',
    hook: { type: 'nat', hook: 'prerouting', priority: -100 },
    rules: [[{ do: 'dnat', key: ['word'], map: 'endpoints' }]],
  }
  const key: readonly Field[] = ['daddr', 'dport', 'ct-daddr', 'ct-dport']
  const seen = chainOf([{ do: 'translated' }, { do: 'lookup', key, set: 'stamp' }, drop])
  const { walk, refusal } = through(
    loaded({ chains: [nat, seen], elements: [to, element(['10.244.2.3', 8080, '10.96.0.1', 80])] }),
  )
  assert.deepEqual(refusal, { kind: 'drop' })
  assert.deepEqual(walk.translatedTo, { address: '10.244.2.3', port: 8080 })
})

test('a map without the element that is looked for ends the rule', () => {
  const lookups: readonly Statement[] = [
    { do: 'set-word-from', key: ['saddr'], map: 'slots' },
    { do: 'set-mark-from', key: ['saddr'], map: 'slots' },
    { do: 'set-flow-from', key: ['saddr'], map: 'slots' },
  ]
  for (const statement of lookups) {
    assert.equal(matches([statement]), false, statement.do)
    assert.equal(matches([statement], packet(), [element(['10.244.1.2'], [1])]), true, statement.do)
  }
  for (const statement of [
    { do: 'snat', key: ['saddr'], map: 'slots' },
    { do: 'dnat', key: ['saddr'], map: 'slots' },
  ] as const) {
    const after = (elements: readonly Element[]): ReturnType<typeof through> =>
      through(loaded({ chains: [chainOf([statement], [drop])], elements }))
    assert.deepEqual(after([]).refusal, { kind: 'drop' })
    assert.equal(after([]).walk.isMasqueraded, false)
    // What translates is done with its base chain.
    assert.equal(after([element(['10.244.1.2'], ['10.0.0.1', 1])]).refusal, undefined)
    assert.equal(after([element(['10.244.1.2'], ['10.0.0.1', 1])]).walk.isMasqueraded, statement.do === 'snat')
  }
})

test('a word is 32 bits without a sign: what is set, kept and masked of it is looked up as such', () => {
  const set = (and: number, or: number): Statement => ({ do: 'set-word', and, or })
  const is = (value: number): readonly Element[] => [element([value])]
  const look: Statement = { do: 'lookup', key: ['word'], set: 'stamp' }
  const masked = (word: number): Statement => ({ do: 'lookup', key: [{ word }], set: 'stamp' })
  const all = 0xffffffff
  assert.ok(matches([set(0, all), look], packet(), is(all)))
  assert.ok(matches([set(0, all), set(WORD.PARTICULAR, 1), look], packet(), is(0x80000001)))
  assert.ok(matches([set(0, all), masked(0xfffff000)], packet(), is(0xfffff000)))
  assert.ok(matches([set(0, WORD.PARTICULAR), { do: 'word-has', bit: WORD.PARTICULAR }]))
  assert.ok(!matches([set(0, WORD.PARTICULAR), { do: 'word-has', bit: WORD.LOCAL }]))
})

test('marks: of the packet from a map or by chance, of its connection from a map, and of the one from the other', () => {
  const elements = [element(['10.244.1.2'], [5])]
  const mark = (...rule: Rule) => through(loaded({ chains: [chainOf(rule)], elements }), packet({ flow: 9 })).walk.mark
  const flow: Statement = { do: 'set-flow-from', key: ['saddr'], map: 'slots' }
  assert.equal(mark(), 0)
  assert.equal(mark({ do: 'set-mark-from', key: ['saddr'], map: 'slots' }), 5)
  assert.equal(mark({ do: 'set-mark-to-flow' }), 9)
  assert.equal(mark(flow), 0)
  assert.equal(mark(flow, { do: 'set-mark-to-flow' }), 5)
  // `random` gives the greatest.
  assert.equal(mark({ do: 'set-mark-by-hash', nodes: 3 }), 3)
  const untracked = through(loaded({ chains: [chainOf([flow])], elements }), packet({ isInvalid: true }))
  assert.equal(untracked.walk.mark, 0)
})

test('a pin is what was noted first, for its time from when it was last noted; it is there no more in the second in which that ends', () => {
  const note: Rule = [
    { do: 'set-word', and: 0, or: 3 },
    { do: 'update', map: 'affinity', key: ['client'], data: 'ct-mark', seconds: 10 },
  ]
  const held: Rule = [{ do: 'set-mark-from', key: ['client'], map: 'affinity' }]
  const ruleset = loaded({ chains: [chainOf(held, note)] })
  const at = (now: number, flow: number) => through(ruleset, packet({ flow }), now).walk.mark
  assert.deepEqual([at(0, 5), at(9, 6), at(18, 7), at(28, 8), at(37, 9)], [0, 5, 5, 0, 8])
  assert.deepEqual([...ruleset.pins], [['ip affinity 10.244.1.2', { value: 8, expires: 47 }]])
  assert.equal(through(ruleset, packet({ source: '10.244.1.3', flow: 1 }), 38).walk.mark, 0)
  const forget = loaded({ chains: [chainOf([{ do: 'forget', map: 'affinity', key: ['client'], data: 'word' }])] })
  for (const [name, pin] of ruleset.pins) forget.pins.set(name, pin)
  through(forget, packet(), 38)
  assert.deepEqual([...forget.pins.keys()], ['ip affinity 10.244.1.3'])
})

test('time is 0 where none is told', () => {
  const ruleset = loaded({ chains: [chainOf([{ do: 'set-mark-from', key: ['client'], map: 'affinity' }])] })
  ruleset.pins.set('ip affinity 10.244.1.2', { value: 4, expires: 1 })
  assert.equal(through(ruleset).walk.mark, 4)
})

test('a hop is a rule that matched to its end, with the set that its last look asked and the key that it asked for', () => {
  const chains: readonly Chain[] = [
    chainOf(
      [{ do: 'from-pod' }, { do: 'set-word', and: 0, or: 1 }],
      [{ do: 'lookup', key: ['saddr', { random: 3 }], set: 'stamp' }],
      [{ do: 'lookup', key: ['saddr'], set: 'stamp' }],
      [{ do: 'has-ports' }, { do: 'lookup', key: ['daddr', 'dport'], set: 'stamp' }, { do: 'jump', chain: 'inner' }],
      [
        { do: 'set-word-from', key: [{ random: 3 }], map: 'slots' },
        { do: 'goto', chain: 'inner' },
      ],
    ),
    { name: 'inner', rules: [[{ do: 'set-word', and: 0, or: 1 }]] },
  ]
  const elements = [element(['10.96.0.1', 80]), element([2], [9])]
  const hook = 'prerouting'
  assert.deepEqual(through(loaded({ chains, elements })).walk.hops, [
    { hook, chain: 'all', rule: 3, set: 'stamp', key: '10.96.0.1 80' },
    { hook, chain: 'inner', rule: 0 },
    { hook, chain: 'all', rule: 4, set: 'slots', key: 'of 3' },
    { hook, chain: 'inner', rule: 0 },
  ])
})
