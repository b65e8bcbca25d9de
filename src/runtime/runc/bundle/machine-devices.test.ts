import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { machineDevices } from './machine-devices.ts'

test('the machine’s devices have the numbers that the kernel gives them', () => {
  const devices = machineDevices()
  const named = (path: string) => devices.find((device) => device.path === path)
  assert.deepEqual(named('/dev/null'), {
    path: '/dev/null',
    type: 'c',
    major: 1,
    minor: 3,
    fileMode: 0o666,
    uid: 0,
    gid: 0,
  })
  assert.deepEqual(
    devices.filter(({ path }) => /^\/dev\/(?:pts|shm|mqueue|fd)\b|ptmx|console/.test(path)),
    [],
  )
})

test('links, files and empty folders are no devices', () => {
  const folder = mkdtempSync(join(tmpdir(), 'devices-'))
  try {
    mkdirSync(join(folder, 'disk'))
    writeFileSync(join(folder, 'disk/file'), '')
    symlinkSync('/dev/null', join(folder, 'link'))
    assert.deepEqual(machineDevices(folder), [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
