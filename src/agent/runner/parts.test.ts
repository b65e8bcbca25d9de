import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakePart, fakePlace } from '../testing/fake-place.ts'
import { settle } from '../testing/loopback-network.ts'
import { Parts } from './parts.ts'

/** pods stands on network; services stands alone. */
const three = () => {
  const log: string[] = []
  const services = new FakePart('services', { log, carriesPods: true })
  const network = new FakePart('network', { log, carriesPods: true })
  const pods = new FakePart('pods', { log, needs: [network] })
  return { log, services, network, pods, list: [services, network, pods].map(({ definition }) => definition) }
}
const run = (parts: ReturnType<typeof three>) => {
  const here = fakePlace()
  const running = new Parts({ place: here.place, definitions: parts.list, sources: {} })
  const state = (name: string) => running.states().find((one) => one.name === name)!
  return { ...here, running, state }
}

test('all parts start in the order of the list, and stop in the opposite one', async () => {
  const parts = three()
  const { running } = run(parts)
  await running.ready
  assert.deepEqual(parts.log, ['+services', '+network', '+pods'])
  await running.stop()
  assert.deepEqual(parts.log.slice(3), ['-pods', '-network', '-services'])
})

test('a part that does not start takes no other with it, says why, and is tried again after longer and longer waits', async () => {
  const parts = three()
  parts.services.refusal = new Error('the table is taken')
  const { running, state, clock, logged } = run(parts)
  await settle()
  assert.deepEqual(parts.log, ['+services', '+network', '+pods'])
  assert.equal(state('pods').ready, true)
  const again = (ms: number) => new Date(clock.now() + ms).toISOString()
  assert.deepEqual(state('services'), {
    name: 'services',
    ready: false,
    faults: [`the table is taken; tried again at ${again(500)}`],
    failures: 1,
  })
  assert.match(logged[0]!, /part services has failed, and is tried again in 500 ms: the table is taken/)
  clock.advance(499)
  assert.equal(parts.log.length, 3)
  clock.advance(1)
  await settle()
  assert.deepEqual(parts.log.slice(3), ['+services'])
  assert.deepEqual(state('services').faults, [`the table is taken; tried again at ${again(1000)}`])
  parts.services.refusal = undefined
  clock.advance(1000)
  await running.ready
  assert.deepEqual(state('services'), { name: 'services', ready: true, faults: [], failures: 2 })
})

test('what a part needs if it is asked for is waited for, goes with it, and is not missed where nobody asked', async () => {
  const log: string[] = []
  const policies = new FakePart('policies', { log })
  const network = new FakePart('network', { log, ifAsked: [policies] })
  policies.refusal = new Error('no')
  const here = fakePlace()
  const both = [policies.definition, network.definition]
  const running = new Parts({ place: here.place, definitions: both, sources: {} })
  await settle()
  assert.deepEqual(log, ['+policies'])
  policies.refusal = undefined
  here.clock.advance(500)
  await running.ready
  assert.deepEqual(log.slice(1), ['+policies', '+network'])
  policies.fail(new Error('gone'))
  await settle()
  assert.deepEqual(log.slice(3), ['-network', '-policies'])
  await running.stop()
  const alone = new Parts({ place: fakePlace().place, definitions: [network.definition], sources: {} })
  await alone.ready
  assert.deepEqual(log.slice(5), ['+network'])
  await alone.stop()
})

test('the wait has a bound, and begins anew once the part was ready', async () => {
  const parts = three()
  parts.services.refusal = new Error('no')
  const { clock, state, running } = run(parts)
  for (let failure = 0; failure < 12; failure++) {
    await settle()
    assert.ok(clock.next! <= 30_000)
    clock.advance(clock.next!)
  }
  await settle()
  assert.equal(clock.next, 30_000)
  parts.services.refusal = undefined
  clock.advance(30_000)
  await running.ready
  parts.services.fail(new Error('once'))
  await settle()
  assert.equal(clock.next, 500)
  assert.equal(state('services').failures, 14)
})

test('what stands on a part that fails is stopped before it, waits for it, and starts after it', async () => {
  const parts = three()
  const { clock, state, running } = run(parts)
  await running.ready
  parts.log.length = 0
  parts.network.fail(new Error('the link is gone'))
  await settle()
  assert.deepEqual(parts.log, ['-pods', '-network'])
  assert.deepEqual(state('pods'), { name: 'pods', ready: false, faults: ['it waits for network'], failures: 0 })
  assert.equal(state('services').ready, true)
  clock.advance(500)
  await settle()
  assert.deepEqual(parts.log.slice(2), ['+network', '+pods'])
  assert.ok(running.states().every(({ ready }) => ready))
})

test('a part that cannot become ready is stopped and started again; a life that is over can fail no more', async () => {
  const log: string[] = []
  const slow = new FakePart('slow', { log, isReadyAtOnce: false })
  const { clock, place } = fakePlace()
  const running = new Parts({ place, definitions: [slow.definition], sources: {} })
  await settle()
  const { fail, becomeReady } = slow
  becomeReady(new Error('nobody answers'))
  await settle()
  assert.deepEqual(log, ['+slow', '-slow'])
  fail(new Error('late'))
  await settle()
  assert.equal(running.states()[0]!.failures, 1)
  clock.advance(500)
  await settle()
  slow.status = { ready: false, faults: [] }
  assert.deepEqual(running.states()[0]!.faults, ['nobody answers'], 'until it is ready')
  slow.becomeReady()
  await running.ready
  assert.deepEqual(running.states()[0]!.faults, [])
})

test('what was stopped stays stopped: also a part that waits for another try, and one that is only starting', async () => {
  const parts = three()
  parts.services.refusal = new Error('no')
  const log: string[] = []
  let started!: () => void
  const late = new FakePart('late', { log, isReadyAtOnce: false })
  const start = late.definition.start
  const slowly = {
    ...late.definition,
    start: async (here: Parameters<typeof start>[0]) => {
      const part = await start(here)
      await new Promise<void>((resolve) => {
        started = resolve
      })
      return part
    },
  }
  const { clock, place } = fakePlace()
  const running = new Parts({ place, definitions: [...parts.list, slowly], sources: {} })
  await settle()
  await running.stop()
  late.becomeReady(new Error('nobody minds'))
  started()
  await settle()
  assert.deepEqual(log, ['+late', '-late'])
  assert.equal(clock.pending, 0)
  assert.ok(running.states().every(({ ready }) => !ready))
})

test('a fault keeps pods from working where they rely on the part, and where it is not ready', async () => {
  const parts = three()
  const { running } = run(parts)
  await running.ready
  assert.equal(running.podFault(), undefined)
  parts.services.status = { ready: true, faults: ['one Service is refused'] }
  parts.pods.status = { ready: false, faults: ['no runtime'] }
  assert.equal(running.podFault(), undefined)
  parts.services.status = { ready: false, faults: [] }
  assert.equal(running.podFault(), undefined, 'it is only starting')
  parts.services.status = { ready: false, faults: ['the tables are refused', 'so is all'] }
  assert.equal(running.podFault(), 'services: the tables are refused, so is all')
})

test('whoever listens hears that a part has started or failed, until it listens no more; what cannot stop holds up no other', async () => {
  const parts = three()
  let changes = 0
  let forget!: () => void
  const definition = parts.pods.definition
  const listening = {
    ...definition,
    start: (here: Parameters<typeof definition.start>[0]) => {
      forget = here.onChange(() => changes++)
      assert.equal(here.part(parts.network.definition), here.find(parts.network.definition))
      assert.equal(here.find({ ...definition, name: 'other' }), undefined)
      return definition.start(here)
    },
  }
  const here = fakePlace()
  const broken = new FakePart('broken', {
    more: {
      stop: () => {
        throw new Error('busy')
      },
    },
  })
  const definitions = [...parts.list.slice(0, 2), listening, broken.definition]
  const running = new Parts({ place: here.place, definitions, sources: {} })
  await running.ready
  changes = 0
  parts.services.fail(new Error('no'))
  await settle()
  assert.equal(changes, 1)
  forget()
  here.clock.advance(500)
  await settle()
  assert.equal(changes, 1)
  await running.stop()
  assert.ok(here.logged.some((line) => line === 'part broken could not let go of all: busy'))
  assert.deepEqual(parts.log.slice(-3), ['-pods', '-network', '-services'])
})

test('a part that is started again keeps its fault until it is ready, which listeners hear', async () => {
  const slow = new FakePart('slow', { isReadyAtOnce: false })
  const { definition } = slow
  let changes = 0
  let go = (): void => undefined
  const slowly = {
    ...definition,
    start: async (here: Parameters<typeof definition.start>[0]) => {
      const part = await definition.start(here)
      here.onChange(() => changes++)
      await new Promise<void>((resolve) => {
        go = resolve
      })
      return part
    },
  }
  const { clock, place } = fakePlace()
  const running = new Parts({ place, definitions: [slowly], sources: {} })
  const faults = () => running.states()[0]!.faults
  await settle()
  assert.deepEqual(faults(), [], 'it is only starting')
  slow.fail(new Error('no'))
  await settle()
  clock.advance(500)
  await settle()
  assert.deepEqual(faults(), ['no'], 'it starts again')
  slow.status = { ready: false, faults: [] }
  go()
  await settle()
  assert.deepEqual(faults(), ['no'], 'it runs, and is not ready')
  changes = 0
  slow.becomeReady()
  await running.ready
  assert.ok(changes > 0)
  assert.deepEqual(faults(), [])
})

test('a part that waits for one that is only starting has no fault', async () => {
  const network = new FakePart('network')
  const pods = new FakePart('pods', { needs: [network] })
  const { definition } = network
  const never = { ...definition, start: () => new Promise<never>(() => undefined) }
  const { place } = fakePlace()
  const running = new Parts({ place, definitions: [never, pods.definition], sources: {} })
  await settle()
  assert.deepEqual(
    running.states().map(({ ready, faults }) => [ready, faults]),
    [
      [false, []],
      [false, []],
    ],
  )
})

test('what has been stopped is not started again by a part that becomes ready meanwhile', async () => {
  const log: string[] = []
  let stopped!: () => void
  const late = new FakePart('late', { log, isReadyAtOnce: false })
  const slow = new FakePart('slow', {
    log,
    more: {
      stop: () =>
        new Promise<void>((resolve) => {
          stopped = resolve
        }),
    },
  })
  const { place } = fakePlace()
  const running = new Parts({ place, definitions: [late.definition, slow.definition], sources: {} })
  await settle()
  const stopping = running.stop()
  late.becomeReady()
  await settle()
  stopped()
  await stopping
  await settle()
  assert.deepEqual(log, ['+late', '+slow', '-late'])
})

test('what others are to bring keeps a node from carrying pods in words of its own, and is no fault of the part', async () => {
  const parts = three()
  const { running } = run(parts)
  await running.ready
  parts.network.status = { ready: true, faults: [], nodeWaits: 'container runtime network not ready' }
  assert.equal(running.podFault(), 'container runtime network not ready')
  assert.deepEqual(
    running.states().map(({ ready, faults }) => [ready, faults]),
    Array(3).fill([true, []]),
  )
  parts.network.status = { ready: true, faults: [] }
  assert.equal(running.podFault(), undefined)
})
