import assert from 'node:assert/strict'
import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClusterConfig } from '../config.ts'
import { scratchState } from '../testing/scratch-state.ts'
import { writeConfig } from './state.ts'

test('writeConfig() makes a state folder that is root’s alone, whatever the umask, also where one was there', () => {
  using state = scratchState()
  const stateDir = join(state.root, 'private')
  const mode = (...path: string[]): string => (statSync(join(stateDir, ...path)).mode & 0o777).toString(8)
  const mask = process.umask(0)
  try {
    for (const round of ['new', 'there before']) {
      writeConfig({ name: 'private', stateDir } as ClusterConfig)
      assert.equal(mode('..'), '700', round)
      for (const folder of ['', 'logs', 'pods', 'containers']) assert.equal(mode(folder), '700', `${round}: ${folder}`)
      assert.equal(mode('cluster.json'), '600', round)
      chmodSync(stateDir, 0o755)
    }
  } finally {
    process.umask(mask)
  }
})
