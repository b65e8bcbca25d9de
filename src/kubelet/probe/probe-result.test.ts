import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ProbeOutcome } from './probe.ts'
import { countResult, firstCount, probePause } from './probe-result.ts'
import { Prober, type ProberOptions } from './prober.ts'

test('thresholds count results in a row', () => {
  const probe = { failureThreshold: 2, successThreshold: 2 }
  let count = firstCount('readiness')
  const passing = [true, true, false, true, false, false].map((success) => {
    count = countResult(count, probe, success)
    return count.passing
  })
  assert.deepEqual(passing, [false, true, true, true, true, false])
})

test('a probe without a delay is tried at once and then quickly, never more slowly than its period', () => {
  const pauses = (periodSeconds: number) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((n) => probePause({ periodSeconds }, 'readiness', n, false))
  assert.deepEqual(pauses(10), [0, 20, 50, 100, 200, 400, 800, 10_000])
  assert.deepEqual(pauses(1).at(-1), 1000)
  assert.equal(probePause({ initialDelaySeconds: 3 }, 'readiness', 0, false), 3000)
  assert.equal(probePause({ periodSeconds: 5 }, 'liveness', 0, false), 5000)
  assert.equal(probePause({ periodSeconds: 5 }, 'readiness', 3, true), 5000)
})

const watch = async (options: Partial<ProberOptions>, outcomes: readonly boolean[], ms: number): Promise<string[]> => {
  const clock = new HandClock()
  const seen: string[] = []
  let next = 0
  const from = clock.now()
  const prober = new Prober({
    kind: 'readiness',
    probe: { periodSeconds: 10, failureThreshold: 3 },
    clock,
    attempt: async (): Promise<ProbeOutcome> =>
      (outcomes[next++] ?? outcomes.at(-1)) ? { success: true } : { success: false, message: 'no' },
    onChange: (passing) => seen.push(`${clock.now() - from} ${passing}`),
    onFailure: () => seen.push(`${clock.now() - from} failure`),
    onUnknown: (message) => seen.push(`${clock.now() - from} unknown: ${message}`),
    ...options,
  }).start()
  const settle = () => new Promise(setImmediate)
  await settle()
  while (clock.next !== undefined && clock.now() + clock.next - from <= ms) {
    clock.advance(clock.next)
    await settle()
  }
  prober.stop()
  return seen
}

test('quick attempts before the first success are no failures', async () => {
  assert.deepEqual(await watch({}, [false, false, false, true], 9000), ['170 true'])
})

test('a startup probe fails its container only after failureThreshold periods', async () => {
  const seen = await watch({ kind: 'startup', probe: { periodSeconds: 1, failureThreshold: 2 } }, [false], 5000)
  assert.equal(seen.filter((line) => line.endsWith('failure'))[0], '1570 failure')
  assert.equal(
    seen.find((line) => line.endsWith('false')),
    '2570 false',
  )
})

test('an attempt that could not be made is told and says nothing of the container: none is stopped for it', async () => {
  const attempt = async (): Promise<ProbeOutcome> => ({ success: false, message: 'why', isUnknown: true })
  for (const kind of ['liveness', 'startup'] as const) {
    const seen = await watch({ kind, attempt, probe: { periodSeconds: 10, failureThreshold: 1 } }, [], 60_000)
    assert.ok(seen.length >= 5)
    assert.deepEqual(
      seen.filter((line) => !line.endsWith('unknown: why')),
      [],
    )
  }
  const kept = await watch({ attempt, passing: true }, [], 60_000)
  assert.deepEqual(
    kept.filter((line) => line.endsWith('false')),
    [],
  )
})

test('an adopted container stays ready until its probe fails as often as the threshold says', async () => {
  const seen = await watch({ passing: true }, [false], 40_000)
  assert.deepEqual(seen.slice(0, 4), ['0 failure', '10000 failure', '20000 failure', '20000 false'])
})

test('readiness is told when it turns, and liveness and startup each time that they have failed often enough', async () => {
  const probe = { periodSeconds: 10, failureThreshold: 2 }
  const turns = (seen: readonly string[]) => seen.filter((line) => !line.endsWith('failure'))
  const outcomes = [true, true, false, false, false, true, true]
  assert.deepEqual(turns(await watch({ probe }, outcomes, 60_000)), ['0 true', '30000 false', '50000 true'])
  assert.deepEqual(turns(await watch({ probe, kind: 'liveness' }, [true, false, false, false], 40_000)), [
    '30000 false',
    '40000 false',
  ])
  assert.deepEqual(turns(await watch({ probe, kind: 'liveness' }, [false], 20_000)), ['20000 false'])
})

test('a prober that is stopped while it asks says nothing of the answer, and asks no more', async () => {
  for (const success of [true, false]) {
    const clock = new HandClock()
    const seen: string[] = []
    let answer = (_: ProbeOutcome): void => {}
    const prober = new Prober({
      kind: 'readiness',
      probe: { failureThreshold: 1 },
      clock,
      passing: !success,
      attempt: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
      onChange: (passing) => seen.push(`${passing}`),
      onFailure: (message) => seen.push(message),
      onUnknown: (message) => seen.push(message),
    }).start()
    clock.advance(0)
    prober.stop()
    answer(success ? { success } : { success, message: 'no' })
    await new Promise(setImmediate)
    assert.deepEqual([seen, clock.pending], [[], 0])
  }
})
