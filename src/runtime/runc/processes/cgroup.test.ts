import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cgroupProcesses, removeCgroup } from './cgroup.ts'

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

test('a cgroup goes with all below it, and what the kernel holds on to is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-cgroup-'))
  try {
    const path = (...names: string[]) => join(folder, 'pod', ...names)
    for (const name of ['a/b/c', 'd']) mkdirSync(path(name), { recursive: true })
    assert.deepEqual(removeCgroup(path()), [])
    assert.equal(existsSync(path()), false)
    for (const name of ['a/b/c', 'd']) mkdirSync(path(name), { recursive: true })
    // As a process in it would: a folder that is not empty stays.
    writeFileSync(path('a/held'), '')
    assert.deepEqual(removeCgroup(path()), [path('a'), path()])
    assert.deepEqual([existsSync(path('a/b')), existsSync(path('d'))], [false, false])
    assert.deepEqual(removeCgroup(path('none')), [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
