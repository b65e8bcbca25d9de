import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureStatus } from '#api/status.ts'
import { ApiError } from '#client/client.ts'
import { systemClock } from '#clock/clock.ts'
import { type ControllerContext, runLoop } from './context.ts'

test('what cannot be made where a namespace is ending is let be; any other failure is told, and tried again', async () => {
  const told: string[] = []
  const stop = new AbortController()
  const context = {
    clock: systemClock,
    random: () => 0.5,
    signal: stop.signal,
    concurrency: 1,
    log: (_: string, text: string) => told.push(text),
  } as unknown as ControllerContext
  const causes = [{ reason: 'NamespaceTerminating', message: 'it is ending', field: 'metadata.namespace' }]
  const ending = new ApiError({ ...failureStatus(403, 'Forbidden', 'no'), details: { causes } })
  const other = new ApiError(failureStatus(403, 'Forbidden', 'not you'))
  const { queue, running } = runLoop(context, 'loop', [], (key) => Promise.reject(key === 'a' ? ending : other))
  await running.ready
  for (const key of ['a', 'b']) queue.add(key)
  while (told.length === 0) await new Promise(setImmediate)
  stop.abort()
  assert.deepEqual(told, ['loop: b: not you'])
})
