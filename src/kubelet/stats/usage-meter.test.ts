import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { UsageMeter } from './usage-meter.ts'

const make = () => {
  const clock = new HandClock()
  const cpu = new Map<string, number>([['a', 1000]])
  const looks: string[] = []
  const meter = new UsageMeter(clock, (path) => {
    looks.push(path)
    const cpuNanoseconds = cpu.get(path)
    return cpuNanoseconds === undefined
      ? undefined
      : { cpuNanoseconds, memoryBytes: 3, workingSetBytes: 2, rssBytes: 1 }
  })
  const measure = async (pass = 500) => {
    const measured = meter.measure(() => ['a', 'b'])
    clock.advance(pass)
    const { at, since, byPath } = await measured
    return [at - since, byPath.get('a')?.nanoCores, byPath.has('b'), byPath.get('b')?.nanoCores]
  }
  return { clock, cpu, looks, meter, measure }
}

test('who asks first waits for half a second, and is told what was used in it', async () => {
  const { clock, cpu, meter } = make()
  const first = meter.measure(() => ['a'])
  // Half of a core, for half a second.
  cpu.set('a', 1000 + 250e6)
  clock.advance(499)
  const second = meter.measure(() => ['a'])
  assert.equal(first, second)
  clock.advance(1)
  const { byPath } = await first
  assert.deepEqual(byPath.get('a'), {
    cpuNanoseconds: 1000 + 250e6,
    memoryBytes: 3,
    workingSetBytes: 2,
    rssBytes: 1,
    nanoCores: 5e8,
  })
})

test('who asks again is told at once, of the time since the look before', async () => {
  const { clock, cpu, measure } = make()
  assert.deepEqual(await measure(), [500, 0, false, undefined])
  clock.advance(4500)
  cpu.set('a', 1000 + 1e9)
  cpu.set('b', 1)
  // Of what is new it is not known yet.
  assert.deepEqual(await measure(0), [5000, 2e8, true, undefined])
  clock.advance(5000)
  assert.deepEqual(await measure(0), [10_000, 1e8, true, undefined])
  clock.advance(1000)
  cpu.set('b', 5e8 + 1)
  assert.deepEqual(await measure(0), [1000, 0, true, 5e8])
})

test('a look that is older than a minute counts no more, and less than before is another of the same name', async () => {
  const { clock, cpu, measure } = make()
  await measure()
  clock.advance(60_000)
  assert.deepEqual(await measure(), [500, 0, false, undefined])
  clock.advance(1000)
  cpu.set('a', 5)
  assert.deepEqual(await measure(0), [1500, undefined, false, undefined])
})
