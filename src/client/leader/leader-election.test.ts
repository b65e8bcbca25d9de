import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leases } from '#api/coordination/lease/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { FakeClient } from '../testing/fake-client.ts'
import { refusal } from '../testing/refusal.ts'
import { electLeader } from './leader-election.ts'

const NAME = { namespace: 'fairlead-system', name: 'controller' }

/** Everything that is due in this turn of the loop, with all that follows from it. */
const turn = async (): Promise<void> => {
  for (let times = 0; times < 3; times++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** A cluster with candidates whose clocks are turned by hand; `log` has who leads since when, in seconds. */
const setup = () => {
  const clock = new HandClock(Date.parse('2026-01-01T00:00:00Z'))
  const began = clock.now()
  const away = new Set<string>()
  const log: string[] = []
  const leading = new Set<string>()
  const note = (text: string) => log.push(`${(clock.now() - began) / 1000} ${text}`)
  const start = (identity: string, { skew = 0, ends = async () => {} } = {}) => {
    const stop = new AbortController()
    const fault = () => (away.has(identity) ? refusal(503, 'ServiceUnavailable', `${identity} is cut off`) : undefined)
    const errors: unknown[] = []
    const done = electLeader({
      ...NAME,
      client: view(fault),
      identity,
      clock: { now: () => clock.now() + skew, after: (ms, callback) => clock.after(ms, callback) },
      steady: () => clock.now() - began,
      random: () => 0.5,
      signal: stop.signal,
      onError: (error) => errors.push(error),
      lead: async (lost) => {
        leading.add(identity)
        assert.deepEqual([...leading], [identity], 'one alone leads')
        note(`${identity} leads`)
        await new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve(), { once: true }))
        await ends()
        leading.delete(identity)
        note(`${identity} ended`)
      },
    })
    return { stop: () => stop.abort(), done, errors }
  }
  const storage = new FakeClient({ clock })
  /** The one storage, as somebody sees it who may be cut off. */
  const view = (fault: () => Error | undefined) => {
    const cut =
      <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
      (...given: A): Promise<R> => {
        const error = fault()
        return error === undefined ? call(...given) : Promise.reject(error)
      }
    return {
      get: cut(storage.get.bind(storage)),
      create: cut(storage.create.bind(storage)),
      update: cut(storage.update.bind(storage)),
    } as unknown as FakeClient
  }
  const pass = async (seconds: number): Promise<void> => {
    for (let step = 0; step < seconds * 2; step++) {
      await turn()
      clock.advance(500)
      await turn()
    }
  }
  return { clock, storage, away, log, start, pass }
}

test('one of two leads, and the other when it stops: at its next look, since the Lease is given back', async () => {
  const { storage, log, start, pass } = setup()
  const a = start('a')
  await turn()
  const b = start('b')
  await pass(60)
  assert.deepEqual(log, ['0 a leads'])
  const { spec } = await storage.get(leases, NAME.name, NAME)
  assert.partialDeepStrictEqual(spec, {
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    leaseTransitions: 0,
  })
  a.stop()
  await pass(3)
  await a.done
  assert.equal(log[1], '60 a ended')
  assert.match(log[2]!, /^6[0-2](\.\d+)? b leads$/)
  assert.equal((await storage.get(leases, NAME.name, NAME)).spec?.leaseTransitions, 1)
  b.stop()
  await pass(1)
  await b.done
  assert.equal((await storage.get(leases, NAME.name, NAME)).spec?.holderIdentity, '')
  assert.deepEqual([a.errors, b.errors], [[], []])
})

test('a leader without an API ends ten seconds after its last renewal, before another can lead', async () => {
  const { away, log, start, pass } = setup()
  const a = start('a')
  await turn()
  const b = start('b')
  await pass(5)
  away.add('a')
  await pass(25)
  assert.equal(log.length, 3, log.join(', '))
  assert.match(log[1]!, /^1[2-5](\.\d+)? a ended$/)
  assert.match(log[2]!, /^(19|2[0-3])(\.\d+)? b leads$/)
  assert.ok(a.errors.length > 0)
  away.clear()
  await pass(20)
  assert.equal(log.length, 3, 'who comes back does not take it')
  a.stop()
  b.stop()
  await pass(1)
  await Promise.all([a.done, b.done])
})

test('what the clocks of machines say counts for nobody: an hour ahead or behind changes nothing', async () => {
  for (const skew of [3_600_000, -3_600_000]) {
    const { log, start, pass } = setup()
    const a = start('a')
    await turn()
    const b = start('b', { skew })
    await pass(40)
    assert.deepEqual(log, ['0 a leads'])
    b.stop()
    a.stop()
    await pass(1)
    await Promise.all([a.done, b.done])
  }
})

test('a failure that ends in time costs no leadership, nor does somebody who annotates the Lease', async () => {
  const { storage, away, log, start, pass } = setup()
  const a = start('a')
  await pass(3)
  away.add('a')
  await pass(6)
  away.clear()
  await pass(10)
  const body = { metadata: { annotations: { 'team.example/note': 'x' } } }
  for (let times = 0; times < 10; times++) {
    await storage.patch(leases, NAME.name, 'merge', body, NAME)
    await pass(1)
  }
  assert.deepEqual(log, ['0 a leads'])
  assert.deepEqual((await storage.get(leases, NAME.name, NAME)).metadata?.annotations, body.metadata.annotations)
  a.stop()
  await pass(1)
  await a.done
})

test('the Lease is given back only when what was led has ended', async () => {
  const { storage, log, start, pass } = setup()
  const { promise, resolve } = Promise.withResolvers<void>()
  const a = start('a', { ends: () => promise })
  await pass(2)
  const b = start('b')
  a.stop()
  await pass(4)
  assert.equal((await storage.get(leases, NAME.name, NAME)).spec?.holderIdentity, 'a')
  resolve()
  await pass(3)
  await a.done
  assert.deepEqual(
    log.map((line) => line.replace(/^\S+ /, '')),
    ['a leads', 'a ended', 'b leads'],
  )
  b.stop()
  await pass(1)
  await b.done
})

test('a machine that slept past its deadline does not lead when it wakes', async () => {
  const { clock, log, start, pass } = setup()
  const a = start('a')
  await pass(2)
  clock.sleep(11_000)
  await turn()
  assert.equal(log[1], '13 a ended')
  a.stop()
  await pass(1)
  await a.done
})

test('times that would let two lead are refused', async () => {
  const { clock, storage } = setup()
  const options = {
    ...NAME,
    client: storage,
    identity: 'a',
    clock,
    steady: () => 0,
    random: () => 0,
    lead: async () => {},
  }
  const { signal } = new AbortController()
  for (const times of [{ renewDeadline: 15_000 }, { retryPeriod: 9000 }])
    await assert.rejects(electLeader({ ...options, signal, times }), RangeError)
})
