import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ContainerEntry } from '../container-entry.ts'
import { stopContainer } from './container-stopper.ts'

/** Stops a container whose preStop takes so long, seconds, and says no where it is asked to. */
const stop = async (
  graceSeconds: number,
  hook?: { readonly seconds: number; readonly says?: number },
  phase = 'running',
) => {
  const clock = new HandClock()
  const did: string[] = []
  const context = {
    clock,
    record: (_: unknown, type: string, reason: string, message: string) => did.push(`${type} ${reason} ${message}`),
    runtime: {
      stop: async (id: string, grace: number) => void did.push(`stop ${id} ${grace}`),
      exec: async () => {
        clock.advance((hook?.seconds ?? 0) * 1000)
        return { exitCode: hook?.says ?? 0 }
      },
    },
  } as never
  const container: Container = {
    name: 'web',
    ...(hook && { lifecycle: { preStop: { exec: { command: ['bye'] } } } }),
  }
  const entry = { id: 'c1', container, phase: { phase } } as unknown as ContainerEntry
  await stopContainer(context, { apiVersion: 'v1', kind: 'Pod' }, entry, '10.0.0.2', graceSeconds, 'Stopping')
  return { did, clock }
}

test('a container is told to stop and has its grace period, of which preStop takes its part', async () => {
  assert.deepEqual((await stop(30)).did, ['Normal Killing Stopping', 'stop c1 30'])
  const { did, clock } = await stop(30, { seconds: 12.5 })
  assert.deepEqual(did, ['Normal Killing Stopping', 'stop c1 18'])
  assert.equal(clock.pending, 0, 'nothing waits for a preStop that is over')
})

test('two seconds are left however long preStop takes; without a grace period there is none', async () => {
  assert.equal((await stop(30, { seconds: 29 })).did.at(-1), 'stop c1 2')
  assert.equal((await stop(5, { seconds: 5 })).did.at(-1), 'stop c1 2')
  assert.deepEqual((await stop(0, { seconds: 5 })).did, ['Normal Killing Stopping', 'stop c1 0'])
})

test('a preStop that says no is told of, and the container stops all the same', async () => {
  const { did } = await stop(30, { seconds: 1, says: 3 })
  assert.match(did[1] ?? '', /^Warning FailedPreStopHook PreStopHook failed: /)
  assert.equal(did.at(-1), 'stop c1 29')
})

test('what does not run is not stopped', async () => {
  assert.deepEqual((await stop(30, undefined, 'exited')).did, [])
})
