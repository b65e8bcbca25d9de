import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharingRuleset } from './shared-ruleset.ts'
import { FakeNftables } from './testing/fake-nftables.ts'

test('what another part of ours writes does not count, what oneself and what strangers write does', () => {
  const kernel = new FakeNftables()
  const shared = { transactions: 0 }
  const [one, other] = [sharingRuleset(kernel, shared), sharingRuleset(kernel, shared)]
  const numbers = () => [one.generation(), other.generation()]
  one.run('add table ip one')
  assert.deepEqual(numbers(), [1, 0])
  other.run('add table ip other')
  other.run('delete table ip other')
  assert.deepEqual(numbers(), [1, 2])
  kernel.run('add table ip strange')
  assert.deepEqual(numbers(), [2, 3])
  kernel.refuse = () => 'no'
  assert.throws(() => one.run('add table ip refused'))
  assert.deepEqual(numbers(), [2, 3], 'what was not done does not count')
  assert.equal(one.read('list tables').includes('strange'), true)
})
