import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Client } from '#client/client.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { reportText } from '#routes/reports.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { Report } from './report.ts'
import { leanClient } from './sources/lean-client.ts'
import { ObjectCaches } from './sources/object-caches.ts'

const system = { namespace: 'kube-system' }
const map = (data: Readonly<Record<string, string>> = {}, labels = MANAGED_LABELS): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'fairlead-gateway', ...system, labels },
  data,
})
const refusing = (refused: Readonly<Record<string, string>>) => ({
  served: new Map([['Gateway shop/public', { generation: 1, ports: [80] }]]),
  refused: new Map(Object.entries(refused)),
  waiting: new Map(),
})
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
}

const start = async (first: ConfigMap | undefined) => {
  const clock = new HandClock()
  const away = { is: false }
  const writes: unknown[] = []
  const client = new FakeClient({
    clock,
    fault: (verb) => (away.is && verb === 'patch' ? new Error('away') : undefined),
    onWrite: (type, _, object) => type !== 'DELETED' && writes.push((object as { data?: object }).data),
  })
  if (first) await client.create(configMaps, first, system)
  const errors: string[] = []
  const common = { clock, random: () => 0, signal: new AbortController().signal }
  const onError = ({ message }: Error) => errors.push(message)
  const report = new Report({ ...common, client, pod: 'pod-1', onError })
  let computed = 0
  new ObjectCaches(
    new Informers(leanClient(client), common),
    () => computed++,
    (one) => report.saw(one),
  )
  await settle()
  const dataNow = () => client.all(configMaps)[0]?.data
  return { clock, client, writes, errors, report, dataNow, away, computed: () => computed }
}

test('what is served and refused is told below the pod’s name when it changes, until it could be told', async () => {
  const { clock, writes, errors, report, dataNow, away } = await start(map({ 'pod-1': 'of one before', 'pod-2': '{}' }))
  report.tell(refusing({ b: 'no', a: 'never' }))
  await settle()
  assert.deepEqual(dataNow(), { 'pod-1': reportText(refusing({ a: 'never', b: 'no' })), 'pod-2': '{}' })
  report.tell(refusing({ a: 'never', b: 'no' }))
  await settle()
  assert.equal(writes.length, 2)
  away.is = true
  report.tell(refusing({}))
  await settle()
  away.is = false
  clock.advance(1_000)
  await settle()
  assert.deepEqual([errors, dataNow()?.['pod-1']], [['away'], reportText(refusing({}))])
})

test('what cannot be told is tried less and less often, from the first again once it could be, and one at a time', async () => {
  const { clock, writes, errors, report, dataNow, away } = await start(map())
  for (const name of ['a', 'b']) {
    away.is = true
    report.tell(refusing({ [name]: 'no' }))
    await settle()
    for (let tries = 0; tries < 6; tries++) {
      clock.advance(30_000)
      await settle()
    }
    errors.length = 0
    clock.advance(400)
    await settle()
    assert.deepEqual(errors, [], 'it is tried less and less often')
    away.is = false
    clock.advance(30_000)
    await settle()
    assert.deepEqual(dataNow(), { 'pod-1': reportText(refusing({ [name]: 'no' })) })
  }
  away.is = true
  report.tell(refusing({ c: 'no' }))
  await settle()
  errors.length = 0
  report.tell(refusing({ d: 'no' }))
  await settle()
  assert.deepEqual(errors, [], 'it waits')
  away.is = false
  clock.advance(200)
  await settle()
  assert.deepEqual(dataNow(), { 'pod-1': reportText(refusing({ d: 'no' })) })
  assert.equal(writes.length, 4)
})

test('what somebody changes or deletes of it is written again, however long it is', async () => {
  const { client, report, dataNow, writes } = await start(undefined)
  const told = refusing(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`rule ${at}`, 'no such thing'])))
  report.tell(told)
  await settle()
  assert.deepEqual(writes, [], 'until the ConfigMap is there')
  const expected = { 'pod-1': reportText(told) }
  await client.create(configMaps, map(), system)
  await settle()
  assert.deepEqual(dataNow(), expected)
  await client.patch(configMaps, 'fairlead-gateway', 'merge', { data: { 'pod-1': 'mine' } }, system)
  await settle()
  assert.deepEqual(dataNow(), expected)
  await client.delete(configMaps, 'fairlead-gateway', system)
  await settle()
  await client.create(configMaps, map(), system)
  await settle()
  assert.deepEqual(dataNow(), expected)
  writes.length = 0
  await settle()
  assert.deepEqual(writes, [], 'what stands there is left')
})

test('somebody else’s ConfigMap of that name is left alone, and nothing is computed for what pods report', async () => {
  const { report, dataNow, computed } = await start(map({ a: 'b' }, {}))
  report.tell(refusing({}))
  await settle()
  assert.deepEqual([dataNow(), computed()], [{ a: 'b' }, 0])
})

/** As it is, with a client that is told of each try. */
const alone = (tried: (count: number) => void) => {
  const clock = new HandClock()
  let count = 0
  const client = { patch: async () => tried(++count) } as unknown as Client
  const { signal } = new AbortController()
  const report = new Report({ client, pod: 'pod-1', clock, random: () => 1, signal, onError: () => undefined })
  report.saw(map())
  return { clock, report, count: () => count }
}

test('what has been told is told once, also before anybody has heard of it', async () => {
  const { report, count } = alone(() => assert.ok(count() <= 2))
  for (let times = 0; times < 2; times++) {
    report.tell(refusing({ a: 'no' }))
    await settle()
  }
  assert.equal(count(), 1)
})

test('what came while something was told is tried soon when it fails, as at first', async () => {
  const { clock, report, count } = alone((tries) => {
    if (tries === 4) report.tell(refusing({ b: 'no' }))
    else if (tries < 6) throw new Error('away')
  })
  report.tell(refusing({ a: 'no' }))
  await settle()
  for (const [ms, tries] of [
    [200, 2],
    [400, 3],
    [800, 5],
    [200, 6],
  ] as const) {
    clock.advance(ms)
    await settle()
    assert.equal(count(), tries)
  }
})
