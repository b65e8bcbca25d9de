import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { PodRecorder } from '../pod-recorder.ts'
import { tellConditions } from './node-events.ts'
import { nodeConditions, nodeObject } from './node-object.ts'
import { registerNode } from './node-registration.ts'

const told = (...[before, after]: readonly (ReturnType<typeof nodeConditions> | undefined)[]) => {
  const lines: string[] = []
  tellConditions((reason, message) => lines.push(`${reason}: ${message}`), 'n1', before, after)
  return lines
}

test('of a new node every condition is told, of another only what has changed', () => {
  const ready = nodeConditions(undefined, '2026-01-01T00:00:00Z')
  const faulty = nodeConditions(ready, '2026-01-01T00:01:00Z', { fault: 'no network' })
  const all = ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady']
  assert.deepEqual(
    told(undefined, ready),
    all.map((reason) => `${reason}: Node n1 status is now: ${reason}`),
  )
  assert.deepEqual(told(ready, nodeConditions(ready, '2026-01-01T00:05:00Z')), [])
  assert.deepEqual(told(ready, faulty), ['NodeNotReady: Node n1 status is now: NodeNotReady'])
  assert.deepEqual(told(faulty, ready), ['NodeReady: Node n1 status is now: NodeReady'])
  const pressed = ready.map((one) => (one.type === 'Ready' ? one : { ...one, status: 'True' }))
  assert.deepEqual(
    told(ready, pressed).map((line) => line.split(':')[0]),
    ['NodeHasInsufficientMemory', 'NodeHasDiskPressure', 'NodeHasInsufficientPID'],
  )
})

test('a kubelet tells of its start, and of a node that it finds as it was no more than that', async () => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const onError = (error: unknown) => assert.fail(String(error))
  const info = { operatingSystem: 'linux', architecture: 'amd64' } as never
  const machine = { cpus: 2, memoryBytes: 1024, diskBytes: 1024, info }
  const wanted = nodeObject({ name: 'n1', addresses: [], podCidrs: [] }, machine, '2026-01-01T00:00:00Z', {})
  const start = async () => {
    const { signal } = new AbortController()
    const recorder = new PodRecorder(client, events, { host: 'n1', clock, signal, onError })
    await registerNode(client, nodes, wanted, { clock, signal, onError, record: recorder.recordNode })
    clock.advance(1000)
    await recorder.flush()
    return client.all(events)
  }
  const first = await start()
  assert.deepEqual(first.map(({ reason }) => reason).sort(), [
    'NodeHasNoDiskPressure',
    'NodeHasSufficientMemory',
    'NodeHasSufficientPID',
    'NodeReady',
    'Starting',
  ])
  for (const event of first) {
    assert.deepEqual(event.involvedObject, { kind: 'Node', name: 'n1', uid: 'n1' })
    assert.deepEqual([event.metadata?.namespace, event.source], ['default', { component: 'kubelet', host: 'n1' }])
  }
  const again = (await start()).filter(({ metadata }) => !first.some((one) => one.metadata?.name === metadata?.name))
  assert.deepEqual(
    again.map(({ reason, message }) => [reason, message]),
    [['Starting', 'Starting kubelet.']],
  )
})
