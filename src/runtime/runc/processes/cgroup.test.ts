import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cgroupProcesses, limitPids, missingControllers, removeCgroup } from './cgroup.ts'

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

test('what cannot be limited is what version 2 does not list, or has no hierarchy of version 1', () => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-cgroup-'))
  try {
    assert.deepEqual(missingControllers(root, 1), ['cpu', 'memory', 'pids'])
    for (const name of ['cpu', 'memory', 'unified']) mkdirSync(join(root, name))
    // Of no use to runc in the hybrid layout.
    writeFileSync(join(root, 'unified/cgroup.controllers'), 'pids hugetlb\n')
    assert.deepEqual(missingControllers(root, 1), ['pids'])
    assert.deepEqual(missingControllers(root, 2), ['cpu', 'memory', 'pids'])
    writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io pids\n')
    assert.deepEqual(missingControllers(root, 2), ['memory'])
    writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids\n')
    assert.deepEqual(missingControllers(root, 2), [])
    // As in a container, of which it is the first group.
    for (const [file, text] of Object.entries({ type: 'domain', procs: '1\n7\n', subtree_control: '' }))
      writeFileSync(join(root, `cgroup.${file}`), text)
    assert.deepEqual(missingControllers(root, 2), ['cpu', 'memory', 'pids'], 'who has processes hands nothing down')
    writeFileSync(join(root, 'cgroup.subtree_control'), 'cpu pids\n')
    assert.deepEqual(missingControllers(root, 2), ['memory'])
    writeFileSync(join(root, 'cgroup.procs'), '')
    assert.deepEqual(missingControllers(root, 2), [])
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('processes are limited wherever there is a controller for them, and nothing is made where there is none', () => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-cgroup-'))
  try {
    for (const name of ['pids', 'memory']) mkdirSync(join(root, name, 'fairlead/c'), { recursive: true })
    writeFileSync(join(root, 'pids/fairlead/c/pids.max'), 'max')
    limitPids('/fairlead/c', 4096, root)
    assert.equal(readFileSync(join(root, 'pids/fairlead/c/pids.max'), 'utf8'), '4096')
    assert.equal(existsSync(join(root, 'memory/fairlead/c/pids.max')), false)
  } finally {
    rmSync(root, { recursive: true })
  }
})
