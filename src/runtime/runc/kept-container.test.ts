import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Exit, StoredContainer } from './bundle/container-record.ts'
import { bundlePaths, runtimePaths } from './bundle/runtime-paths.ts'
import { KeptContainer } from './kept-container.ts'
import { identifyProcess } from './processes/process-identity.ts'

const EXIT: Exit = {
  state: 'exited',
  exitCode: 3,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:01Z',
  reason: 'Error',
}

/** A container whose program is a `sleep`, with its folder on the disk. */
const start = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-kept-'))
  const bundle = bundlePaths(runtimePaths(folder), 'c1')
  mkdirSync(bundle.folder, { recursive: true })
  const child = spawn('sleep', ['600'])
  const ended = once(child, 'exit')
  const stored = {
    id: 'c1',
    cgroupsPath: '/fairlead/none',
    createdAt: EXIT.createdAt,
    made: { stopSignal: 'SIGTERM' },
    process: identifyProcess(child.pid!)!,
  } as StoredContainer
  const container = new KeptContainer(stored, bundle, undefined, () => undefined)
  return {
    container,
    ended,
    bundle,
    pid: child.pid,
    record: () => JSON.parse(readFileSync(bundle.record, 'utf8')) as StoredContainer,
    [Symbol.dispose]: () => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

test('the signal that a container is sent is written down first, since its exit code alone does not tell it', async () => {
  using one = start()
  one.container.signal('SIGUSR2')
  assert.equal((await one.ended)[1], 'SIGUSR2')
  assert.equal(one.record().sentSignal, 'SIGUSR2')
})

test('a signal is sent also where it cannot be written down, and what starts is written or refused', async () => {
  using one = start()
  one.container.update({ startedAt: '2026-01-01T00:00:00Z' })
  assert.equal(one.record().startedAt, '2026-01-01T00:00:00Z')
  assert.deepEqual(one.container.state, {
    state: 'running',
    pid: one.pid,
    createdAt: EXIT.createdAt,
    startedAt: '2026-01-01T00:00:00Z',
  })
  rmSync(one.bundle.folder, { recursive: true })
  one.container.update({ startedAt: '2026-01-02T00:00:00Z' })
  one.container.signal('SIGKILL')
  assert.equal((await one.ended)[1], 'SIGKILL')
})

test('whoever waits for its end hears it once, and who comes later at once; what nobody saw is written down', async () => {
  using one = start()
  const waiting = [one.container.exited(), one.container.exited()]
  assert.equal(one.container.look(0), false, 'without a conmon its state is to be read again')
  one.container.end(EXIT)
  await Promise.all([...waiting, one.container.exited()])
  assert.deepEqual([one.container.exit, one.container.state, one.container.look(0)], [EXIT, EXIT, true])
  const unseen = { ...EXIT, reason: 'ContainerStatusUnknown' } as const
  one.container.end(unseen)
  assert.deepEqual(one.record().unseen, unseen)
  one.container.end({ ...unseen, exitCode: 9 })
  assert.deepEqual(one.record().unseen, unseen, 'what was said of it once stays so')
})

const unwanted = (error: unknown): void => assert.fail(String(error))

test('what is stopped and minds no signal is killed when its time is over, at once where it never began', async () => {
  for (const grace of [0.2, 0, 60]) {
    using one = start()
    one.container.update({ made: { ...one.container.stored.made, stopSignal: 'SIGCONT' } })
    if (grace !== 60) one.container.update({ startedAt: EXIT.startedAt })
    const from = performance.now()
    const stopped = one.container.stop(grace, unwanted)
    assert.equal(one.record().sentSignal, grace === 0.2 ? 'SIGCONT' : 'SIGKILL')
    assert.equal((await one.ended)[1], 'SIGKILL')
    assert.equal(performance.now() - from >= (grace === 0.2 ? 190 : 0), true)
    one.container.end(EXIT)
    await stopped
    await one.container.stop(grace, unwanted)
  }
})

test('a signal that cannot be sent now, as with too many open files, is sent again, each that was due', async (t) => {
  using one = start()
  one.container.update({ startedAt: EXIT.startedAt })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sent: string[] = []
  let fails = true
  const send = t.mock.method(one.container, 'signal', (name: string) => {
    if (fails) throw new Error(`EMFILE ${name}`)
    sent.push(name)
  })
  const told: string[] = []
  const stopped = one.container.stop(2.5, (error) => told.push((error as Error).message))
  t.mock.timers.tick(999)
  assert.deepEqual(told, ['EMFILE SIGTERM'])
  t.mock.timers.tick(1)
  fails = false
  t.mock.timers.tick(1000)
  assert.deepEqual([told.length, sent], [2, ['SIGTERM']])
  fails = true
  t.mock.timers.tick(500)
  assert.equal(told.at(-1), 'EMFILE SIGKILL')
  fails = false
  t.mock.timers.tick(1000)
  assert.deepEqual(sent, ['SIGTERM', 'SIGKILL'])
  fails = true
  void one.container.stop(0, () => undefined)
  const calls = send.mock.callCount()
  one.container.end(EXIT)
  await stopped
  t.mock.timers.tick(10_000)
  assert.equal(send.mock.callCount(), calls, 'nothing is sent to what has ended')
})
