import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { EventRecorder } from './event-recorder.ts'
import { FakeClient } from './testing/fake-client.ts'

const setup = () => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  let next = 0
  const recorder = new EventRecorder(client, {
    resource: events,
    component: 'tester',
    clock,
    random: () => (next = (next + 0.37) % 1),
    signal: new AbortController().signal,
    onError: (error) => assert.fail(error as Error),
  })
  const about = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: 'web', uid: 'u1' } }
  return { clock, client, recorder, about }
}

test('an event has the form that kubectl describe reads', async () => {
  const { client, recorder, about } = setup()
  recorder.record(about, 'Normal', 'Started', 'It runs')
  await recorder.flush()
  const [event] = client.all(events)
  assert.equal(event?.metadata?.namespace, 'shop')
  assert.match(event?.metadata?.name ?? '', /^web\.[0-9a-f]{16}$/)
  assert.equal(event?.involvedObject?.uid, 'u1')
  assert.deepEqual(
    [event?.type, event?.reason, event?.message, event?.count, event?.source, event?.firstTimestamp],
    ['Normal', 'Started', 'It runs', 1, { component: 'tester' }, '2026-01-01T00:00:00Z'],
  )
})

test('the same again raises the count, also after the server has forgotten the first', async () => {
  const { client, recorder, about, clock } = setup()
  recorder.record(about, 'Normal', 'Started', 'It runs')
  clock.advance(3000)
  recorder.record(about, 'Normal', 'Started', 'It runs')
  await recorder.flush()
  const [event, ...others] = client.all(events)
  assert.deepEqual(others, [])
  assert.deepEqual([event?.count, event?.lastTimestamp], [2, '2026-01-01T00:00:03Z'])
  await client.delete(events, event!.metadata!.name!, { namespace: 'shop' })
  recorder.record(about, 'Normal', 'Started', 'It runs')
  await recorder.flush()
  assert.deepEqual(
    client.all(events).map(({ count, firstTimestamp }) => [count, firstTimestamp]),
    [[3, '2026-01-01T00:00:00Z']],
  )
})

test('the same of two containers of a pod is two events, each with a count of its own', async () => {
  const { client, recorder } = setup()
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', uid: 'u1' }
  const init = { ...pod, fieldPath: 'spec.initContainers{web}' }
  const main = { ...pod, fieldPath: 'spec.containers{web}' }
  for (const about of [init, main, main]) recorder.recordReference(about, 'Normal', 'Started', 'Container started')
  await recorder.flush()
  assert.deepEqual(
    client.all(events).map(({ involvedObject, count }) => [involvedObject?.fieldPath, count]),
    [
      [init.fieldPath, 1],
      [main.fieldPath, 2],
    ],
  )
})

test('ten different messages of one reason become one combined event, and a flood is cut at 25', async () => {
  const { client, recorder, about } = setup()
  for (let i = 0; i < 40; i++) recorder.record(about, 'Warning', 'Failed', `attempt ${i}`)
  await recorder.flush()
  const all = client.all(events)
  assert.equal(all.length, 10)
  assert.equal(all.at(-1)?.message, '(combined from similar events): attempt 24')
  assert.equal(all.at(-1)?.count, 16)
})
