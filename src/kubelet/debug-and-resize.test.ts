import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { type Clock, systemClock } from '#clock/clock.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { readMachine } from './node/machine.ts'
import { StatusWriter } from './status/status-writer.ts'
import { eventually } from './testing/eventually.ts'
import type { FakeCluster } from './testing/fake-cluster.ts'
import { resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const echo = { name: 'web', image: 'fairlead/echo' }
const change = async (cluster: FakeCluster, spec: (pod: Pod) => object): Promise<void> => {
  const pod = await cluster.get('web')
  await cluster.client.update(resources.pods, { ...pod, spec: { ...pod.spec!, ...spec(pod) } } as Pod, {
    namespace: 'default',
  })
}

const PATHS = 'spec.containers{web},spec.ephemeralContainers{debugger}'

test('a container that is added to a pod runs once beside the others, and sees whose processes it asks for', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  await cluster.until('web', isReady)
  const added = { name: 'debugger', image: 'fairlead/host', targetContainerName: 'web', stdin: true }
  await change(cluster, () => ({ ephemeralContainers: [added] }))
  const running = await cluster.until(
    'web',
    ({ status }) => status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined,
  )
  assert.ok(isReady(running), 'the pod stays ready')
  assert.equal(running.status?.containerStatuses?.length, 1)
  const { id, spec } = cluster.runtime.byName('debugger')
  assert.equal(spec.processesOf, cluster.runtime.byName('web').id)
  const found = cluster.kubelet.resolve('default', 'web', 'debugger', { running: true })
  assert.deepEqual([found.id, found.running], [id, true])
  cluster.runtime.exit(id, 1)
  const ended = await cluster.until(
    'web',
    ({ status }) => status?.ephemeralContainerStatuses?.[0]?.state?.terminated !== undefined,
  )
  assert.equal(ended.status?.ephemeralContainerStatuses?.[0]?.restartCount, 0)
  assert.deepEqual([ended.status?.phase, isReady(ended)], ['Running', true])
  assert.equal(cluster.runtime.calls.filter((call) => call.startsWith('start')).length, 2)
  await eventually('an Event of each container', () => {
    const paths = cluster.told('Started').map(({ involvedObject }) => involvedObject?.fieldPath)
    return String(paths.sort()) === PATHS
  })
})

test('an added container that cannot be had here says so, and the pod goes on', async () => {
  const cluster = await startCluster(undefined, { security: { hostAccess: false } })
  await cluster.pod('web', { containers: [echo] })
  await cluster.until('web', isReady)
  const added = { name: 'debugger', image: 'fairlead/host', securityContext: { privileged: true } }
  await change(cluster, () => ({ ephemeralContainers: [added] }))
  const pod = await cluster.until('web', ({ status }) => status?.ephemeralContainerStatuses?.length === 1)
  const waiting = pod.status?.ephemeralContainerStatuses?.[0]?.state?.waiting
  assert.equal(waiting?.reason, 'Unsupported')
  assert.match(waiting?.message ?? '', /privileged.*--allow-host-access/)
  assert.ok(isReady(pod))
})

const withResources = (cpu: string, more: object = {}) => ({
  containers: [{ ...echo, resources: { requests: { cpu }, limits: { cpu } }, ...more }],
})
const given = ({ status }: Pod): string | undefined => status?.containerStatuses?.[0]?.resources?.limits?.cpu

test('a container that runs is given what its pod wants now', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', withResources('100m'))
  const pod = await cluster.until('web', (one) => isReady(one) && given(one) === '100m')
  assert.deepEqual(pod.status?.containerStatuses?.[0]?.allocatedResources, { cpu: '100m' })
  await change(cluster, () => withResources('200m'))
  const resized = await cluster.until('web', (one) => given(one) === '200m')
  const { id } = cluster.runtime.byName('web')
  assert.deepEqual(
    cluster.runtime.calls.filter((call) => call.startsWith('resize')),
    [`resize ${id} {"cpuShares":204,"cpuQuotaMicros":20000}`],
  )
  assert.equal(resized.status?.containerStatuses?.[0]?.restartCount, 0)
})

test('a container that asks for it is started again to be given something else', async () => {
  const cluster = await startCluster()
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
  await cluster.pod('web', withResources('100m', { resizePolicy }))
  await cluster.until('web', isReady)
  await change(cluster, () => withResources('200m', { resizePolicy }))
  const pod = await cluster.until('web', (one) => isReady(one) && given(one) === '200m')
  assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 1)
})

/** A hundred times as fast as the time of the day: a container that goes on failing waits ten seconds, and more. */
const fastClock = (): Clock => {
  const began = systemClock.now()
  return {
    now: () => began + (systemClock.now() - began) * 100,
    after: (ms, callback) => systemClock.after(ms / 100, callback),
  }
}

test('a container that is stopped to be started again is, whatever its policy says of its exit', async (t) => {
  const told = t.mock.method(StatusWriter.prototype, 'set').mock
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
  for (const restartPolicy of ['OnFailure', 'Never'] as const) {
    const cluster = await startCluster(fastClock())
    cluster.runtime.stopCode = 0
    await cluster.pod('web', { restartPolicy, ...withResources('100m', { resizePolicy }) })
    await cluster.until('web', isReady)
    await change(cluster, () => withResources('200m', { resizePolicy }))
    const resized = await cluster.until('web', (one) => isReady(one) && given(one) === '200m')
    assert.deepEqual([resized.status?.phase, resized.status?.containerStatuses?.[0]?.restartCount], ['Running', 1])
    await change(cluster, () => ({ containers: [{ ...echo, image: 'fairlead/host' }] }))
    await cluster.until('web', (one) => isReady(one) && one.status?.containerStatuses?.[0]?.restartCount === 2)
    // A server refuses to take an end back that was one.
    const ends = told.calls.filter(
      // What the pod before is told of for the last time comes late.
      ({ arguments: [pod, status] }) =>
        pod.spec?.restartPolicy === restartPolicy && status.containerStatuses?.[0]?.state?.terminated,
    )
    assert.equal(ends.length, 0)
    cluster.runtime.exit(cluster.runtime.byName('web').id, 0)
    await cluster.until('web', ({ status }) => status?.phase === 'Succeeded')
    told.resetCalls()
  }
})

test('memory that a container uses is not taken from it, which its pod says until it is asked for no more', async () => {
  const cluster = await startCluster()
  const memory = (limit: string) => ({ containers: [{ ...echo, resources: { limits: { memory: limit } } }] })
  const { metadata } = await cluster.pod('web', memory('35Mi'))
  await cluster.until('web', isReady)
  const used = { cpuNanoseconds: 0, memoryBytes: 503_808, workingSetBytes: 0, rssBytes: 0 }
  cluster.runtime.used.set(`n1/${metadata?.uid}/web`, used)
  await change(cluster, () => memory('10Ki'))
  const told = await cluster.until('web', ({ status }) => !!findCondition(status?.conditions, 'PodResizeInProgress'))
  const { reason, message } = findCondition(told.status?.conditions, 'PodResizeInProgress')!
  assert.deepEqual(
    [reason, message],
    ['Error', 'attempting to set container "web" memory limit (10240) below current usage (503808)'],
  )
  assert.equal(told.status?.containerStatuses?.[0]?.resources?.limits?.memory, '35Mi')
  await change(cluster, () => memory('35Mi'))
  await cluster.until('web', ({ status }) => !findCondition(status?.conditions, 'PodResizeInProgress'))
  assert.ok(!cluster.runtime.calls.some((call) => call.startsWith('resize')))
})

test('what the node has not is told of until it is taken back, or somebody leaves', async () => {
  const cluster = await startCluster(undefined, { machine: { ...readMachine('/tmp'), cpus: 2 } })
  await cluster.pod('web', withResources('100m'))
  await cluster.pod('other', { containers: [{ ...echo, resources: { requests: { cpu: '1' } } }] })
  await cluster.until('web', isReady)
  await cluster.until('other', isReady)
  await change(cluster, () => withResources('3'))
  const never = await cluster.until(
    'web',
    ({ status }) => findCondition(status?.conditions, 'PodResizePending')?.reason === 'Infeasible',
  )
  assert.match(
    findCondition(never.status?.conditions, 'PodResizePending')?.message ?? '',
    /^Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000$/,
  )
  await change(cluster, () => withResources('1500m'))
  await cluster.until(
    'web',
    ({ status }) =>
      findCondition(status?.conditions, 'PodResizePending')?.message === "Node didn't have enough resource: cpu",
  )
  await cluster.client.delete(resources.pods, 'other', { namespace: 'default', gracePeriodSeconds: 1 })
  const at = await cluster.until('web', (one) => given(one) === '1500m')
  await cluster.until('web', ({ status }) => findCondition(status?.conditions, 'PodResizePending') === undefined)
  assert.equal(at.status?.phase, 'Running')
})
