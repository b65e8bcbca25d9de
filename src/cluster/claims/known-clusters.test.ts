import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { stateRoot } from '../state/state.ts'
import { scratchState } from '../testing/scratch-state.ts'
import { listClaims } from './claim.ts'
import { clusterStateDir, listClusters } from './known-clusters.ts'

test('clusterStateDir() lets no name lead out of the state folder', () => {
  using state = scratchState()
  assert.equal(clusterStateDir('ci-1'), join(state.root, 'ci-1'))
  for (const name of ['', '.', '..', '../x', 'a/b', '-a', 'a-', 'A', 'a_b', 'a'.repeat(31)])
    assert.throws(() => clusterStateDir(name), { code: 'NAME_INVALID', hint: /lower-case/ }, name)
})

test('a state folder that is given by a relative path is one all the same, wherever a process works', () => {
  using _state = scratchState()
  process.env.FAIRLEAD_STATE = 'rel/state'
  assert.equal(clusterStateDir('ci'), join(process.cwd(), 'rel', 'state', 'ci'))
  process.env.FAIRLEAD_STATE = ''
  assert.equal(stateRoot(), '/var/lib/fairlead')
})

test('listClusters() knows folders that are named as clusters are, with a config or without', () => {
  using state = scratchState()
  const claimed = new Set(listClaims().map(({ name }) => name))
  const unclaimed = () => listClusters().filter(({ name }) => !claimed.has(name))
  assert.deepEqual(unclaimed(), [])
  for (const name of ['b', 'a', 'lost+found', '.cache']) mkdirSync(join(state.root, name), { recursive: true })
  assert.deepEqual(unclaimed(), [
    { name: 'a', claim: undefined, config: undefined },
    { name: 'b', claim: undefined, config: undefined },
  ])
})

test('listClusters() tells who may not look into the state folder what claims tell', () => {
  using state = scratchState()
  mkdirSync(join(state.root, 'private'), { recursive: true })
  chmodSync(dirname(state.root), 0o755)
  chmodSync(state.root, 0)
  const root = process.getuid!() === 0
  if (root) process.seteuid!(65534)
  try {
    assert.deepEqual(
      listClusters().filter(({ claim }) => claim === undefined),
      [],
    )
  } finally {
    if (root) process.seteuid!(0)
    chmodSync(state.root, 0o700)
  }
})
