import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PICK_CHAINS } from './choice-chains.ts'
import { type Kind, kindName, kindOfChain } from './kinds.ts'
import { NODE_RULESET } from './node-ruleset.ts'

/** `chains`: those of the kind that are made when it is first met. */
const KINDS: readonly (readonly [kind: Kind, name: string, chains: readonly string[]])[] = [
  [{ kind: 'drop' }, 'drop', []],
  [{ kind: 'reject' }, 'reject', []],
  [{ kind: 'pick', count: 3, local: false }, 'pick-3', []],
  [{ kind: 'pick', count: 3, local: true }, 'pick-3', []],
  [{ kind: 'pick', count: 16, local: true }, 'pick-16', []],
  [{ kind: 'pick', count: 17, local: false }, 'pick-17', ['pick-17']],
  [{ kind: 'pick', count: 17, local: true }, 'local-pick-17', ['local-pick-17']],
  [{ kind: 'sticky', count: 2, seconds: 10800, local: false }, 'sticky-2-10800', ['stick-10800', 'sticky-2-10800']],
  [{ kind: 'sticky', count: 20, seconds: 5, local: true }, 'local-sticky-20-5', ['stick-5', 'local-sticky-20-5']],
]

test('a kind’s name tells how many endpoints there are to choose from, for how long a client stays, and of which set', () => {
  for (const [kind, name, chains] of KINDS) {
    assert.equal(kindName(kind), name)
    assert.deepEqual(
      NODE_RULESET.kindChains(kind).map((chain) => chain.name),
      chains,
      name,
    )
  }
})

test('the kind of a chain is the one that it was made for; chains of no kind are told as such', () => {
  for (const [kind, name] of KINDS) {
    if (kind.kind === 'drop' || kind.kind === 'reject') continue
    // The chains that are always there serve both sets.
    const isForBoth = kind.kind === 'pick' && kind.count <= PICK_CHAINS
    assert.deepEqual(kindOfChain(name), isForBoth ? { ...kind, local: false } : kind)
  }
  assert.deepEqual(kindOfChain('reject-it'), { kind: 'reject' })
  for (const name of ['stick-10800', 'to-endpoint', 'pick-', 'sticky-3', 'a-pick-3', 'pick-3-4', 'toString', ''])
    assert.equal(kindOfChain(name), undefined, name)
})
