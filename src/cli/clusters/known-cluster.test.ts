import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchState } from '../testing/scratch-state.ts'
import { knownCluster } from './known-cluster.ts'

/** The state of a whole cluster, of one that cannot be read and of one without a word. */
const threeClusters = (): Disposable => {
  const state = scratchState()
  chmodSync(state.folder, 0o755)
  for (const name of ['whole', 'broken', 'empty']) mkdirSync(join(state.folder, name), { mode: 0o700 })
  writeFileSync(join(state.folder, 'whole', 'cluster.json'), '{"name":"whole"}', { mode: 0o600 })
  writeFileSync(join(state.folder, 'broken', 'cluster.json'), '{ half', { mode: 0o600 })
  return state
}

test('a cluster is known by its state; one that cannot be read is broken, and a name that nobody has is unknown', () => {
  using _ = threeClusters()
  assert.equal(knownCluster('whole').name, 'whole')
  for (const name of ['broken', 'empty'])
    assert.throws(() => knownCluster(name), {
      code: 'CLUSTER_BROKEN',
      hint: `clean it up: fairlead down ${name}`,
    })
  assert.throws(() => knownCluster('whola'), {
    code: 'CLUSTER_UNKNOWN',
    message: 'there is no cluster named whola; did you mean whole?',
    hint: 'fairlead list shows what is there: broken, empty, whole',
  })
})

const skip = process.getuid!() === 0 ? false : 'another user than the owner of the state is needed'

test('who may not look is told so, and never that the cluster is broken', { skip }, () => {
  using _ = threeClusters()
  process.seteuid!(65534)
  try {
    for (const name of ['whole', 'broken'])
      assert.throws(() => knownCluster(name), { code: 'NEEDS_ROOT', hint: /^say the same with sudo/ }, name)
    assert.throws(() => knownCluster('none'), { code: 'CLUSTER_UNKNOWN' })
  } finally {
    process.seteuid!(0)
  }
})
