import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { clusterStateDir, listClusters } from './state.ts'
import { withStateLock } from './state-lock.ts'

/** A state folder of the test's own, not made yet. */
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-state-'))
  const former = process.env.FAIRLEAD_STATE
  const root = join(folder, 'state')
  process.env.FAIRLEAD_STATE = root
  return {
    root,
    [Symbol.dispose]: () => {
      if (former === undefined) delete process.env.FAIRLEAD_STATE
      else process.env.FAIRLEAD_STATE = former
      rmSync(folder, { recursive: true })
    },
  }
}

test('clusterStateDir() lets no name lead out of the state folder', () => {
  using state = scratch()
  assert.equal(clusterStateDir('ci-1'), join(state.root, 'ci-1'))
  for (const name of ['', '.', '..', '../x', 'a/b', '-a', 'a-', 'A', 'a_b', 'a'.repeat(31)])
    assert.throws(() => clusterStateDir(name), { code: 'NAME_INVALID', hint: /lower-case/ }, name)
})

test('listClusters() knows folders that are named as clusters are, with a config or without', () => {
  using state = scratch()
  assert.deepEqual(listClusters(), [])
  for (const name of ['b', 'a', 'lost+found', '.cache']) mkdirSync(join(state.root, name), { recursive: true })
  assert.deepEqual(listClusters(), [
    { name: 'a', config: undefined },
    { name: 'b', config: undefined },
  ])
})

test('withStateLock() lets one plan after the other, and leaves no lock', async () => {
  using state = scratch()
  const order: string[] = []
  await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      withStateLock(() => {
        assert.ok(existsSync(join(state.root, '.lock')))
        order.push(name)
      }),
    ),
  )
  assert.equal(order.length, 3)
  await assert.rejects(
    withStateLock(() => {
      throw new Error('no range is free')
    }),
    /no range is free/,
  )
  assert.deepEqual(readdirSync(state.root), [])
})

test('withStateLock() takes over the lock of a process that died', async () => {
  using state = scratch()
  mkdirSync(state.root)
  // No process has this number: it is past the kernel's largest.
  writeFileSync(join(state.root, '.lock'), '4194305')
  assert.equal(await withStateLock(() => 'planned'), 'planned')
})
