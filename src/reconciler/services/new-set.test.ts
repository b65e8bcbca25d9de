import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeElement } from '#dataplane/nftables/decode.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import { renderBase, renderElements } from '#dataplane/nftables/render.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import type { SetDefinition } from '#dataplane/nftables/set-definition.ts'
import { SetTable } from '#dataplane/nftables/set-table.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { SyncRunner } from './sync-runner.ts'

const facts = { name: 'n1', zone: undefined, nodeAddresses: [], podCidrs: [], serviceCidrs: [], ownPods: [] }

/** A set that no code knows, and an element of it. */
const NEW: readonly (readonly [definition: SetDefinition, element: Element])[] = [
  [
    { name: 'permits', key: ['saddr', 'word', 'l4proto', 'dport'], owner: 'services' },
    { family: 'ip', set: 'permits', key: ['10.244.1.2', 7, 'tcp', 443] },
  ],
  [
    { name: 'identities', key: ['saddr'], data: ['word'], owner: 'services' },
    { family: 'ip6', set: 'identities', key: ['fd00::2'], data: [0x2007] },
  ],
  [
    { name: 'cells', key: ['saddr'], data: ['word'], interval: true, owner: 'services' },
    { family: 'ip', set: 'cells', key: ['203.0.113.0/24'], data: [0x2001] },
  ],
  [
    { name: 'ranges', key: ['daddr', 'l4proto', 'saddr'], interval: true, owner: 'services' },
    { family: 'ip', set: 'ranges', key: ['10.96.0.1', 'udp', '10.0.0.0/8'] },
  ],
]

for (const [definition, element] of NEW) {
  const { name } = definition
  const ruleset = { ...NODE_RULESET, sets: new SetTable([...NODE_RULESET.sets.definitions, definition]) }
  const key = `${element.family} fairlead ${name}`

  test(`a new set, ${name}, is one definition: it is rendered, and its elements are said in text or in bytes and read back`, () => {
    assert.match(renderBase(ruleset), new RegExp(`\\n (set|map) ${name} \\{ typeof `))
    assert.match(renderElements('add', [element], ruleset), new RegExp(`^add element ${key} \\{ `))
    const encoded = encodeElements([], [element], ruleset)
    if (definition.interval && definition.key.length > 1) {
      assert.equal(encoded, undefined, 'ranges behind other fields go as text')
      return
    }
    if (definition.interval) {
      assert.deepEqual(
        encoded?.map(({ areRanges, count }) => [areRanges, count]),
        [[true, 1]],
      )
      return
    }
    const { keyLength, bytes } = encoded![0]!
    const data = bytes.subarray(keyLength)
    const decoded = decodeElement(
      element.family,
      name,
      bytes.subarray(0, keyLength),
      undefined,
      data.length === 0 ? undefined : data,
      ruleset,
    )
    assert.deepEqual(decoded, element)
  })

  test(`a new set, ${name}, is written, audited, adopted by the next process and cleared by it`, () => {
    const nftables = new FakeNftables()
    const write = (runner: SyncRunner, services: readonly string[], elements: readonly Element[]) =>
      runner.run(services, { compile: () => ({ elements, kinds: [] }), written: () => {} })
    const runner = new SyncRunner(nftables, facts, ruleset)
    const adopt = (one: SyncRunner) => one.adopt(() => [], new Ids(), 0).leftovers
    assert.deepEqual([adopt(runner), write(runner, ['a/b'], [element])], [[], []])
    assert.equal(nftables.sets.get(key)?.size, 1)
    assert.equal(runner.audit(), true)

    nftables.run(renderElements('delete', [element], ruleset))
    assert.equal(nftables.sets.get(key), undefined)
    assert.equal(runner.audit(), false, 'an element that somebody took away is missed')
    nftables.run(renderElements('add', [element], ruleset))
    assert.equal(runner.audit(), true)

    const next = new SyncRunner(nftables, facts, ruleset)
    const leftovers = adopt(next)
    assert.deepEqual([leftovers.length, next.elements], [1, 1])
    write(next, leftovers, [])
    assert.equal(nftables.sets.get(key), undefined)
  })
}

test('a set that tells of the node, and one that comes with the rules, are no Service’s', () => {
  for (const owner of ['node', 'rules'] as const) {
    const definition: SetDefinition = { name: 'other', key: ['saddr'], owner }
    const ruleset = { ...NODE_RULESET, sets: new SetTable([...NODE_RULESET.sets.definitions, definition]) }
    const nftables = new FakeNftables()
    const runner = new SyncRunner(nftables, facts, ruleset)
    runner.adopt(() => [], new Ids(), 0)
    nftables.run('add element ip fairlead other { 10.0.0.1 }\n')
    assert.equal(runner.audit(), owner === 'rules', 'what is not the node’s facts is an edit')
    assert.deepEqual(runner.adopt(() => [], new Ids(), 0).leftovers, [])
  }
})
