import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { readMachine } from '../node/machine.ts'
import { eventually } from '../testing/eventually.ts'
import { type FakeCluster, resources } from '../testing/fake-cluster.ts'
import { startCluster } from '../testing/start-cluster.ts'

const web = { name: 'web', image: 'fairlead/echo' }
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
const remove = (cluster: FakeCluster, gracePeriodSeconds: number): Promise<void> =>
  cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds })
/** Of each stop, how long it lets its container be. */
const patience = (cluster: FakeCluster): readonly string[] =>
  cluster.runtime.calls.flatMap((call) => /^stop \S+ (\d+)$/.exec(call)?.[1] ?? [])
const reasonOf = ({ status }: Pod, name: string): string | undefined =>
  status?.containerStatuses?.find((one) => one.name === name)?.state?.waiting?.reason

test('a pod that its node has ended stays as it was told, also to a kubelet that begins again', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', { containers: [web], activeDeadlineSeconds: 5 })
  await cluster.until('web', isReady)
  clock.advance(5000)
  await cluster.until('web', ({ status }) => status?.phase === 'Failed')
  await eventually('it is free', () => cluster.network.attached.size === 0)
  await turns()
  const before = await cluster.get('web')
  assert.equal(before.status?.reason, 'DeadlineExceeded')
  await cluster.kubelet.stop()
  await cluster.start()
  await turns()
  assert.deepEqual((await cluster.get('web')).status, before.status)
})

test('a pod that has no patience of its own has half a minute when its time is over', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const open: Partial<PodSpec> = { containers: [web], activeDeadlineSeconds: 5 }
  await cluster.pod('web', { ...open, terminationGracePeriodSeconds: undefined as never })
  await cluster.until('web', isReady)
  clock.advance(5000)
  await cluster.until('web', ({ status }) => status?.phase === 'Failed')
  assert.deepEqual(patience(cluster), ['30'])
})

test('what is written of a pod for its containers is written anew as soon as the pod changes', async () => {
  const cluster = await startCluster(new HandClock())
  const items = [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }]
  const spec = { containers: [web], volumes: [{ name: 'v', downwardAPI: { items } }] }
  const { metadata } = await cluster.pod('web', spec, { labels: { of: 'old' } })
  const pod = await cluster.until('web', isReady)
  const written = () => readFileSync(join(cluster.stateDir, 'pods', metadata?.uid ?? '', 'volumes/v/labels'), 'utf8')
  assert.equal(written(), 'of="old"')
  await cluster.client.update(resources.pods, { ...pod, metadata: { ...pod.metadata, labels: { of: 'new' } } })
  await eventually('it is written', () => written() === 'of="new"')
})

test('a pod that is taken away by force while it is being deleted is left no second', async () => {
  const cluster = await startCluster(new HandClock())
  cluster.runtime.stubborn = true
  await cluster.pod('web', { containers: [web] })
  await cluster.until('web', isReady)
  await remove(cluster, 30)
  await eventually('SIGTERM', () => patience(cluster).length === 1)
  await remove(cluster, 0)
  await eventually('its end', () => cluster.runtime.containers.size === 0)
  assert.deepEqual(patience(cluster), ['30', '0'])
})

test('a pod that is deleted while it waits for an image goes at once, however long that would take', async () => {
  const cluster = await startCluster()
  let asked = 0
  cluster.runtime.pullImage = () => {
    asked++
    return new Promise(() => undefined)
  }
  await cluster.pod('web', { containers: [web, { name: 'slow', image: 'registry.example/slow' }] })
  await eventually('it is asked for', () => asked > 0)
  await remove(cluster, 5)
  await cluster.gone('web')
})

test('a kubelet that stops asks nothing more of the pods that it leaves, and another goes on', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const livenessProbe = { exec: { command: ['live'] }, periodSeconds: 1 }
  await cluster.pod('web', { containers: [{ ...web, livenessProbe }], activeDeadlineSeconds: 60 })
  await cluster.until('web', isReady)
  const asked = () => cluster.runtime.calls.filter((call) => call.endsWith(' live')).length
  clock.advance(1000)
  await eventually('its probe', () => asked() === 1)
  await cluster.kubelet.stop()
  for (let second = 0; second < 60; second++) {
    clock.advance(1000)
    await new Promise(setImmediate)
  }
  assert.equal(asked(), 1)
  assert.deepEqual(patience(cluster), [])
  await cluster.start()
  await turns()
  clock.advance(1)
  await cluster.until('web', ({ status }) => status?.reason === 'DeadlineExceeded')
})

test('what waits for a ConfigMap goes on as soon as that is there, and what could not be made waits on', async () => {
  const cluster = await startCluster(new HandClock())
  const { create } = cluster.runtime
  cluster.runtime.create = async (spec) => {
    if (spec.id.endsWith('-other-0')) throw new Error('nobody can')
    return await create.call(cluster.runtime, spec)
  }
  const waiting = { ...web, envFrom: [{ configMapRef: { name: 'late' } }] }
  await cluster.pod('web', { containers: [waiting, { ...web, name: 'other' }] })
  await cluster.until('web', (pod) => reasonOf(pod, 'web') === 'CreateContainerConfigError')
  await cluster.until('web', (pod) => reasonOf(pod, 'other') === 'CreateContainerError')
  const tried = cluster.logged.filter((line) => line.includes('container other')).length
  cluster.runtime.create = create
  // The clock stands still.
  await cluster.client.create(resources.configMaps, {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: { name: 'late', namespace: 'default' },
    data: { A: '1' },
  })
  const { status } = await cluster.until('web', (pod) => reasonOf(pod, 'web') === undefined)
  assert.notEqual(status?.containerStatuses?.find(({ name }) => name === 'web')?.state?.running, undefined)
  await turns()
  assert.equal(reasonOf(await cluster.get('web'), 'other'), 'CreateContainerError')
  assert.equal(cluster.logged.filter((line) => line.includes('container other')).length, tried)
})

test('the room of a pod is its own until nothing of it is left on the node, and no longer, also while its object is there', async () => {
  const cluster = await startCluster(undefined, { machine: { ...readMachine('/tmp'), cpus: 2 } })
  cluster.runtime.stubborn = true
  const most: Partial<PodSpec> = {
    containers: [{ ...web, resources: { requests: { cpu: '1500m' } } }],
    restartPolicy: 'Never',
  }
  const rejected = (name: string) => cluster.until(name, ({ status }) => status?.reason === 'OutOfcpu')
  await cluster.pod('web', most)
  await cluster.until('web', isReady)
  await cluster.pod('beside', most)
  await rejected('beside')
  await remove(cluster, 30)
  await eventually('SIGTERM', () => patience(cluster).length === 1)
  await cluster.pod('early', most)
  await rejected('early')
  // Nobody takes its object away for now.
  const { promise: later, resolve } = Promise.withResolvers<void>()
  const deleting = cluster.client.delete.bind(cluster.client)
  cluster.client.delete = async (...call) => {
    await later
    await deleting(...call)
  }
  cluster.runtime.exit(cluster.runtime.byName('web').id, 0)
  await eventually('it is free', () => cluster.network.attached.size === 0)
  await turns()
  await cluster.pod('next', most)
  await cluster.until('next', isReady)
  assert.notEqual((await cluster.get('web')).metadata?.deletionTimestamp, undefined)
  resolve()
  await cluster.gone('web')
  // One that has run its course has no room either.
  cluster.runtime.exit(cluster.runtime.byName('web').id, 0)
  await cluster.until('next', ({ status }) => status?.phase === 'Succeeded')
  await cluster.pod('last', most)
  await cluster.until('last', isReady)
})
