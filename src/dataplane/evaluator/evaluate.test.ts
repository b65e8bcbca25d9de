import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chain, Element, Hook, Rule, Statement } from '../nftables/rule.ts'
import { NODE_RULESET } from '../nftables/ruleset/node-ruleset.ts'
import { drop } from '../nftables/ruleset/statements.ts'
import { evaluate, possibleOutcomes } from './evaluate.ts'
import { LoadedRuleset } from './loaded-ruleset.ts'
import type { Packet } from './packet.ts'

const NODE = '172.30.0.2'
const POD = '10.244.1.2'
const packet = (more: Partial<Packet> = {}): Packet => ({
  source: POD,
  destination: '10.96.0.1',
  protocol: 'tcp',
  port: 80,
  ...more,
})
/** A rule that matches everything, and goes on. */
const seen: Rule = [{ do: 'set-word', and: 0xffffffff, or: 0 }]
const accept: Statement = { do: 'accept' }
const base = (name: string, type: Hook['type'], hook: Hook['hook'], priority: number, ...rules: Rule[]): Chain => ({
  name,
  hook: { type, hook, priority } as Hook,
  rules,
})
/** Backend 0 of everything. */
const elements: readonly Element[] = [
  { family: 'ip', set: 'endpoints', key: [0], data: ['10.244.2.3', 8080] },
  { family: 'ip', set: 'slots', key: [0, 0], data: [0] },
  { family: 'ip', set: 'own-pods', key: ['10.244.0.0/16'], data: [NODE] },
]
const dnat: Statement = { do: 'dnat', key: ['word'], map: 'endpoints' }
const walk = (chains: readonly Chain[], one: Packet = packet(), more: readonly Element[] = elements) =>
  evaluate(new LoadedRuleset(more, [], { ...NODE_RULESET, chains }), one, {
    random: () => 0,
    isNode: (address) => address === NODE,
  })
const where = (chains: readonly Chain[], one?: Packet, more?: readonly Element[]) =>
  walk(chains, one, more).hops.map(({ hook, chain }) => `${hook} ${chain}`)

const HOOKS = ['postrouting', 'output', 'forward', 'input', 'prerouting'] as const
const everywhere = HOOKS.map((hook) => base(`at-${hook}`, 'filter', hook, 0, seen))

test('a packet meets the hooks of its way: through the node, to it, from it, and from it to itself', () => {
  const hooks = (one: Packet) => walk(everywhere, one).hops.map(({ hook }) => hook)
  assert.deepEqual(hooks(packet()), ['prerouting', 'forward', 'postrouting'])
  assert.deepEqual(hooks(packet({ destination: NODE })), ['prerouting', 'input'])
  assert.deepEqual(hooks(packet({ source: NODE, fromNode: true })), ['output', 'postrouting'])
  assert.deepEqual(hooks(packet({ source: NODE, fromNode: true, destination: NODE })), [
    'output',
    'postrouting',
    'prerouting',
    'input',
  ])
})

test('where it is translated to decides whether it goes through the node or to it', () => {
  const chains = [base('nat', 'nat', 'prerouting', -100, [dnat]), ...everywhere]
  const to = (address: string): Element => ({ family: 'ip', set: 'endpoints', key: [0], data: [address, 80] })
  assert.deepEqual(where(chains, packet(), [to(NODE)]), [
    'prerouting nat',
    'prerouting at-prerouting',
    'input at-input',
  ])
  assert.ok(where(chains, packet(), [to('10.244.2.3')]).includes('forward at-forward'))
})

test('chains of a hook are walked by priority, and those of type nat at the place of nat, whatever their own is', () => {
  const chains = [
    base('late', 'filter', 'prerouting', 10, seen),
    base('second-nat', 'nat', 'prerouting', 500, seen),
    base('first-nat', 'nat', 'prerouting', -90, seen),
    base('raw', 'filter', 'prerouting', -300, seen),
    base('mangle', 'filter', 'prerouting', -150, seen),
  ]
  assert.deepEqual(
    where(chains).map((one) => one.replace('prerouting ', '')),
    ['raw', 'mangle', 'first-nat', 'second-nat', 'late'],
  )
})

test('accept ends its own base chain alone, also from a chain that it jumped to; drop ends the way', () => {
  const inner: Chain = { name: 'inner', rules: [[accept], seen] }
  const chains = (last: Rule): readonly Chain[] => [
    inner,
    base('first', 'filter', 'forward', 0, [{ do: 'jump', chain: 'inner' }], [drop]),
    base('second', 'filter', 'forward', 1, last),
    base('third', 'filter', 'postrouting', 0, seen),
  ]
  assert.deepEqual(where(chains(seen)), ['forward first', 'forward inner', 'forward second', 'postrouting third'])
  assert.deepEqual(walk(chains(seen)).verdict, { kind: 'pass' })
  assert.deepEqual(walk(chains([drop])).verdict, { kind: 'drop' })
  assert.equal(where(chains([drop])).at(-1), 'forward second')
})

test('a jump comes back where its chain ends or returns; a goto ends the chain that it stands in', () => {
  const chains = (how: 'jump' | 'goto'): readonly Chain[] => [
    { name: 'inner', rules: [seen, [{ do: 'return' }], [drop]] },
    { name: 'middle', rules: [[{ do: how, chain: 'inner' }], [drop]] },
    base('outer', 'filter', 'forward', 0, [{ do: 'jump', chain: 'middle' }], seen),
  ]
  assert.deepEqual(walk(chains('jump')).verdict, { kind: 'drop' })
  assert.deepEqual(walk(chains('goto')).verdict, { kind: 'pass' })
  assert.equal(walk(chains('goto')).hops.at(-1)?.chain, 'outer')
})

test('nat is asked once: by the first packet of a connection, until a chain has translated', () => {
  const other: Element = { family: 'ip', set: 'endpoints', key: [1], data: ['10.244.2.4', 8080] }
  const chains = [
    base('one', 'nat', 'prerouting', -100, [dnat]),
    base('two', 'nat', 'prerouting', -99, [{ do: 'set-word', and: 0, or: 1 }, dnat]),
    base('source', 'nat', 'postrouting', 100, [{ do: 'translated' }, { do: 'masquerade' }]),
  ]
  const of = (more: Partial<Packet>) => walk(chains, packet(more), [...elements, other]).verdict
  const to = { address: '10.244.2.3', port: 8080 }
  assert.deepEqual(of({}), { kind: 'dnat', to, masquerade: true })
  assert.deepEqual(of({ isAnswered: true }), { kind: 'pass' })
  assert.deepEqual(of({ isInvalid: true }), { kind: 'pass' })
  const untracked = [base('raw', 'filter', 'prerouting', -300, [{ do: 'notrack' }]), ...chains]
  assert.deepEqual(walk(untracked).verdict, { kind: 'pass' })
})

test('what the node sends to itself is not translated a second time when it comes in again', () => {
  const chains = [
    base('out', 'nat', 'output', -100, seen),
    base('in', 'nat', 'prerouting', -100, [dnat]),
    base('to-node', 'nat', 'input', 100, [{ do: 'masquerade' }]),
  ]
  const one = packet({ source: NODE, destination: NODE, fromNode: true })
  assert.deepEqual([walk(chains, one).verdict, where(chains, one)], [{ kind: 'pass' }, ['output out']])
})

test('a filter hook of forward judges what has been translated, and can drop it', () => {
  const chains = [
    base('nat', 'nat', 'prerouting', -100, [dnat]),
    base('policy', 'filter', 'forward', 0, [{ do: 'lookup', key: ['daddr'], set: 'own-pods' }, drop]),
  ]
  const { verdict, hops } = walk(chains)
  assert.deepEqual(verdict, { kind: 'drop' })
  assert.deepEqual(hops.at(-1), { hook: 'forward', chain: 'policy', rule: 0, set: 'own-pods', key: '10.244.2.3' })
})

test('before the connection table has seen a packet, it counts as invalid to rules that ask; at the next hook it has been', () => {
  const rule: Rule = [{ do: 'connection-invalid' }, drop]
  const fate = (hook: Hook['hook'], priority: number) =>
    walk([base('one', 'filter', hook, priority, rule)]).verdict.kind
  assert.deepEqual(
    ([-300, -200, -199, 0] as const).map((priority) => fate('prerouting', priority)),
    ['drop', 'drop', 'pass', 'pass'],
  )
  assert.equal(fate('forward', -300), 'pass')
})

test('each hook has its place of nat: filters of a lesser priority come before it, those of a greater after it', () => {
  for (const [hook, place] of [
    ['prerouting', -100],
    ['output', -100],
    ['input', 100],
    ['postrouting', 100],
  ] as const) {
    const one = packet({ source: NODE, destination: NODE, fromNode: hook === 'output' || hook === 'postrouting' })
    for (const own of [-500, 500]) {
      const chains = [
        base('after', 'filter', hook, place + 1, seen),
        base('nat', 'nat', hook, own, seen),
        base('before', 'filter', hook, place - 1, seen),
      ]
      assert.deepEqual(where(chains, one).slice(0, 3), [`${hook} before`, `${hook} nat`, `${hook} after`])
    }
  }
})

test('a source is settled once too: the first chain of nat that masquerades is the last that is asked', () => {
  const chains = [
    base('to', 'nat', 'prerouting', -100, [dnat]),
    base('one', 'nat', 'postrouting', 100, seen),
    base('two', 'nat', 'postrouting', 101, [{ do: 'masquerade' }]),
    base('three', 'nat', 'postrouting', 102, seen),
    base('filter', 'filter', 'postrouting', 200, seen),
  ]
  assert.deepEqual(where(chains), ['prerouting to', 'postrouting one', 'postrouting two', 'postrouting filter'])
})

test('possible outcomes are one for each way that chance may take, and pins are as they were', () => {
  const choose: Rule = [{ do: 'set-mark-from', key: [{ random: 2 }, { random: 3 }], map: 'slots' }]
  const pin: Rule = [{ do: 'update', map: 'affinity', key: ['word', 'client'], data: 'mark', seconds: 10 }]
  const held: Rule = [{ do: 'set-mark-from', key: ['word', 'client'], map: 'affinity' }, accept]
  const marks = [0, 1].flatMap((one) =>
    [0, 1, 2].map((two): Element => ({ family: 'ip', set: 'slots', key: [one, two], data: [10 * one + two] })),
  )
  const chains = [base('choice', 'filter', 'prerouting', 0, held, choose, pin)]
  const ruleset = new LoadedRuleset(marks, [], { ...NODE_RULESET, chains })
  const met = (now?: number) => possibleOutcomes(ruleset, packet(), () => false, now).map(({ mark }) => mark)
  assert.deepEqual(met(), [0, 1, 2, 10, 11, 12])
  assert.deepEqual([...ruleset.pins], [])
  ruleset.pins.set(`ip affinity 0 ${POD}`, { value: 11, expires: 1 })
  assert.deepEqual([met(), met(1)], [[11], [0, 1, 2, 10, 11, 12]])
  assert.deepEqual([...ruleset.pins], [[`ip affinity 0 ${POD}`, { value: 11, expires: 1 }]])
})

test('the constant ruleset keeps a packet of no connection from leaving for an address of the service range', () => {
  const ruleset = new LoadedRuleset([{ family: 'ip', set: 'virtual-cidrs', key: ['10.96.0.0/16'] }], [])
  const fate = (more: Partial<Packet>) =>
    evaluate(ruleset, packet({ isInvalid: true, ...more }), { random: () => 0, isNode: () => false })
  assert.deepEqual(fate({}).verdict, { kind: 'drop' })
  assert.deepEqual(fate({}).hops.at(-1), {
    hook: 'forward',
    chain: 'filter-forward',
    rule: 0,
    set: 'virtual-cidrs',
    key: '10.96.0.1',
  })
  assert.deepEqual(fate({ destination: '192.0.2.1' }).verdict, { kind: 'pass' })
  assert.deepEqual(fate({ isInvalid: false, destination: '192.0.2.1' }).verdict, { kind: 'pass' })
})

test('each rule of the constant ruleset asks a set by a key of the set’s shape', () => {
  const shape = (fields: readonly unknown[]) =>
    fields.map((field) =>
      typeof field === 'object'
        ? 'number'
        : String(field)
            .replace(/^ct-(?=d)/, '')
            .replace(/^saddr$/, 'daddr')
            .replace(/^word$/, 'number'),
    )
  const wrong: string[] = []
  for (const { name, rules } of NODE_RULESET.chains)
    for (const statement of rules.flat()) {
      const set = 'set' in statement ? statement.set : 'map' in statement ? statement.map : undefined
      if (set === undefined || !('key' in statement)) continue
      const { definition } = NODE_RULESET.sets.layout('ip', set)
      if (shape(statement.key).join() !== shape(definition.key).join()) wrong.push(`${name}: @${set}`)
    }
  assert.deepEqual(wrong, [])
})
