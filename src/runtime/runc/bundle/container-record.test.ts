import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { identifyProcess } from '../processes/process-identity.ts'
import { containerState, foundState, readRecords, type StoredContainer, writeRecord } from './container-record.ts'
import { bundlePaths, runtimePaths } from './runtime-paths.ts'

const self = identifyProcess(process.pid)!
const dead = { ...self, startTime: '1' }
const record = (more: Partial<StoredContainer> = {}): StoredContainer => ({
  id: 'c1',
  image: 'fairlead/echo',
  annotations: {},
  made: { user: { uid: 0, gid: 0, supplementalGroups: [0] }, stopSignal: 'SIGTERM' },
  cgroupsPath: '/none',
  tty: false,
  stdin: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  creator: self,
  process: dead,
  startedAt: '2026-01-01T00:00:01.000Z',
  ...more,
})
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-records-'))
  const paths = runtimePaths(folder)
  const bundle = (id: string) => bundlePaths(paths, id)
  mkdirSync(paths.exits)
  return { paths, bundle, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('an exit is by a signal where it is that of the signal that was sent; any other exit code is the program’s own', () => {
  using at = scratch()
  const bundle = at.bundle('c1')
  for (const [exitCode, sentSignal, signal, reason] of [
    [0, undefined, undefined, 'Completed'],
    [1, undefined, undefined, 'Error'],
    [143, undefined, undefined, 'Error'],
    [143, 'SIGTERM', 15, 'Error'],
    [137, 'SIGTERM', undefined, 'Error'],
    [137, 'SIGKILL', 9, 'Error'],
    [165, 'SIGRTMIN+3', 37, 'Error'],
    [0, 'SIGTERM', undefined, 'Completed'],
  ] as const) {
    writeFileSync(bundle.exit, String(exitCode))
    const state = containerState(record({ ...(sentSignal && { sentSignal }) }), bundle)
    assert.ok(state.state === 'exited')
    assert.deepEqual([state.exitCode, state.signal, state.reason], [exitCode, signal, reason])
  }
  mkdirSync(bundle.folder, { recursive: true })
  writeFileSync(bundle.oom, '')
  const state = containerState(record(), bundle)
  assert.equal(state.state === 'exited' && state.reason, 'OOMKilled')
})

test('a container that is gone without a word ended in a way that nobody knows', () => {
  using at = scratch()
  const state = containerState(record(), at.bundle('c1'))
  assert.ok(state.state === 'exited')
  assert.deepEqual([state.exitCode, state.reason], [137, 'ContainerStatusUnknown'])
  assert.equal(containerState(record({ process: self }), at.bundle('c1')).state, 'running')
})

test('one that is found to have ended meanwhile ended as under containerd, and what was said of an end once stays', () => {
  using at = scratch()
  const bundle = at.bundle('c1')
  const found = foundState(record(), bundle)
  assert.ok(found.state === 'exited')
  assert.deepEqual([found.exitCode, found.reason, found.message], [255, 'Unknown', undefined])
  assert.equal(foundState(record({ process: self }), bundle).state, 'running')
  writeFileSync(bundle.exit, '3')
  const told = foundState(record(), bundle)
  assert.ok(told.state === 'exited')
  assert.deepEqual([told.exitCode, told.reason], [3, 'Error'])
  for (const state of [foundState, containerState]) assert.equal(state(record({ unseen: found }), bundle), found)
})

test('a container that an older version has made, without words on user and signal, is one too', () => {
  using at = scratch()
  const bundle = at.bundle('c1')
  mkdirSync(bundle.folder, { recursive: true })
  const { made: _, ...older } = record()
  writeFileSync(bundle.record, JSON.stringify(older))
  assert.equal(readRecords(at.paths).stored[0]?.made.stopSignal, 'SIGTERM')
})

test('what is on disk is a container, one that somebody is making, or what the dead have left', () => {
  using at = scratch()
  const make = (id: string, more: Partial<StoredContainer> | undefined, ageSeconds = 0): void => {
    const bundle = at.bundle(id)
    mkdirSync(bundle.folder, { recursive: true })
    if (more !== undefined) writeRecord(bundle, record({ id, ...more }))
    const at_ = Date.now() / 1000 - ageSeconds
    utimesSync(bundle.folder, at_, at_)
  }
  make('whole', {})
  make('begun', { process: undefined })
  make('left', { process: undefined, creator: dead })
  make('fresh', undefined)
  make('old', undefined, 60)
  const { stored, making, abandoned } = readRecords(at.paths)
  assert.deepEqual(
    stored.map(({ id }) => id),
    ['whole'],
  )
  assert.deepEqual(
    making.map(({ id }) => id),
    ['begun'],
  )
  assert.deepEqual(abandoned.map(({ id }) => id).sort(), ['left', 'old'])
  assert.deepEqual(readRecords(runtimePaths(join(dirname(at.paths.exits), 'none'))), {
    stored: [],
    making: [],
    abandoned: [],
  })
})
