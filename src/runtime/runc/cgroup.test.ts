import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cgroupProcesses } from './cgroup.ts'

test('processes of a cgroup are those below it too, and none is 0: the number of one in a foreign process namespace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-cgroup-'))
  try {
    mkdirSync(join(folder, 'inner'))
    writeFileSync(join(folder, 'cgroup.procs'), '0\n12\n')
    writeFileSync(join(folder, 'inner', 'cgroup.procs'), '34\n0\n0\n')
    assert.deepEqual(cgroupProcesses(folder), [12, 34])
    assert.deepEqual(cgroupProcesses(join(folder, 'none')), [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
