import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import type { PodCondition } from '#api/core/pod/status/status.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from './testing/eventually.ts'
import { type FakeCluster, resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const echo = { name: 'web', image: 'fairlead/echo' }
const first = { name: 'first', image: 'fairlead/echo' }
const side = { name: 'side', image: 'fairlead/echo', restartPolicy: 'Always' }
const rules = (...values: number[]) => ({
  restartPolicy: 'Never',
  restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values } }],
})

const statusOf = ({ status }: Pod, name = 'web'): ContainerStatus =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find((one) => one.name === name)!
const condition = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((one) => one.type === type)
const begun = (cluster: FakeCluster): readonly string[] =>
  cluster.runtime.calls.flatMap(
    (call) => /^start \S+?-(\w+-\d+)$/.exec(call.replace(/[0-9a-f-]{36}/, 'uid'))?.[1] ?? [],
  )
/** The kubelet goes, with it all that runs and all networks, and it comes again. */
const restartMachine = async (cluster: FakeCluster): Promise<void> => {
  await cluster.kubelet.stop()
  cluster.runtime.lose()
  cluster.network.attached.clear()
  await cluster.start()
}

test('after a restart of the machine a pod that ran once is Failed as it stood, with no other sandbox for that', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { restartPolicy: 'Never', containers: [echo, { ...echo, name: 'other' }] })
  const before = await cluster.until('web', isReady)
  await restartMachine(cluster)
  const failed = await cluster.until('web', (pod) => pod.status?.phase === 'Failed')
  for (const name of ['web', 'other']) {
    const { state, containerID, restartCount } = statusOf(failed, name)
    assert.deepEqual(
      [state?.terminated?.exitCode, state?.terminated?.reason, containerID, restartCount],
      [255, 'Unknown', statusOf(before, name).containerID, 0],
    )
    assert.equal(state?.terminated?.containerID, containerID)
  }
  assert.deepEqual(failed.status?.podIPs, before.status?.podIPs)
  assert.equal(condition(failed, 'PodReadyToStartContainers')?.status, 'False')
  assert.equal(condition(failed, 'Ready')?.reason, 'PodFailed')
  assert.equal(cluster.network.attached.size, 0)
  assert.equal(cluster.runtime.calls.filter((call) => call.startsWith('start')).length, 2)
  assert.equal(cluster.told('SandboxChanged').length, 0)
  await eventually('its containers are gone', () => cluster.runtime.containers.size === 0)
  // And so it stays, however often.
  await restartMachine(cluster)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual((await cluster.get('web')).status, failed.status)
})

test('and one that is to run has another sandbox, and begins again with its init containers', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { initContainers: [first, side], containers: [echo] })
  await eventually('it begins', () => begun(cluster).length === 1)
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  const before = await cluster.until('web', isReady)
  await restartMachine(cluster)
  await eventually('it begins again', () => begun(cluster).length === 4)
  const waiting = await cluster.until('web', (pod) => statusOf(pod, 'first').state?.running !== undefined)
  assert.equal(waiting.status?.phase, 'Pending')
  assert.equal(condition(waiting, 'Initialized')?.message, 'containers with incomplete status: [first side]')
  assert.deepEqual(begun(cluster).slice(3), ['first-1'])
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  const after = await cluster.until('web', isReady)
  assert.deepEqual(begun(cluster).slice(3), ['first-1', 'side-1', 'web-1'])
  for (const name of ['first', 'side', 'web']) assert.equal(statusOf(after, name).restartCount, 1, name)
  assert.deepEqual(
    [statusOf(after).lastState?.terminated?.exitCode, statusOf(after).lastState?.terminated?.reason],
    [255, 'Unknown'],
  )
  assert.notDeepEqual(after.status?.podIPs, before.status?.podIPs)
  const [event] = await cluster.events('SandboxChanged')
  assert.deepEqual([event?.type, event?.message], ['Normal', 'Pod sandbox changed, it will be killed and re-created.'])
})

test('what had been done for good is not done again, and a pod whose kubelet ended meanwhile goes on where it was', async () => {
  const cluster = await startCluster()
  const containers = [echo, { ...echo, name: 'done' }]
  await cluster.pod('web', {
    restartPolicy: 'OnFailure',
    initContainers: [first, { ...first, name: 'second' }],
    containers,
  })
  for (const name of ['first', 'second']) {
    await eventually(`${name} runs`, () => begun(cluster).includes(`${name}-0`))
    cluster.runtime.exit(cluster.runtime.byName(name).id, 0)
  }
  await eventually('all run', () => begun(cluster).length === 4)
  cluster.runtime.exit(cluster.runtime.byName('done').id, 0)
  await cluster.until('web', (pod) => statusOf(pod, 'done').state?.terminated !== undefined)
  // Times are told to the second.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await restartMachine(cluster)
  await cluster.until('web', (pod) => statusOf(pod, 'first').state?.running !== undefined)
  await cluster.until('web', (pod) => condition(pod, 'Initialized')?.status === 'False')
  await cluster.kubelet.stop()
  await cluster.start()
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  await eventually('the second one runs', () => begun(cluster).length === 6)
  assert.deepEqual(begun(cluster).slice(4), ['first-1', 'second-1'])
  cluster.runtime.exit(cluster.runtime.byName('second').id, 0)
  const after = await cluster.until('web', (pod) => statusOf(pod).state?.running !== undefined)
  assert.deepEqual(begun(cluster).slice(6), ['web-1'])
  assert.equal(statusOf(after, 'done').state?.terminated?.exitCode, 0)
})

test('an exit code that asks for it has all containers made anew in place, without hooks and patience', async () => {
  const cluster = await startCluster()
  const lifecycle = { preStop: { exec: { command: ['bye'] } } }
  await cluster.pod('web', {
    restartPolicy: 'Never',
    initContainers: [first, side],
    containers: [
      { ...echo, ...rules(42) },
      { ...echo, name: 'other', lifecycle },
    ],
  })
  await eventually('it begins', () => begun(cluster).length === 1)
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  const before = await cluster.until('web', isReady)
  assert.deepEqual(
    [condition(before, 'AllContainersRestarting')?.status, condition(before, 'AllContainersRestarting')?.reason],
    ['False', undefined],
  )
  cluster.runtime.exit(cluster.runtime.byName('web').id, 42)
  await eventually('it begins again', () => begun(cluster).length === 5)
  const during = await cluster.until('web', (pod) => statusOf(pod, 'first').state?.running !== undefined)
  const { state, lastState, restartCount } = statusOf(during, 'other')
  const message = 'The container is removed because RestartAllContainers in place'
  assert.deepEqual(state, { waiting: { reason: 'RestartingAllContainers', message } })
  assert.deepEqual(lastState, { terminated: { exitCode: 137, reason: 'RestartingAllContainers', message } })
  assert.equal(restartCount, 1)
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  const after = await cluster.until('web', isReady)
  assert.deepEqual(begun(cluster).slice(4), ['first-1', 'side-1', 'web-1', 'other-1'])
  for (const name of ['first', 'side', 'web', 'other']) {
    assert.equal(statusOf(after, name).restartCount, 1, name)
    assert.equal(statusOf(after, name).lastState?.terminated?.reason, 'RestartingAllContainers', name)
  }
  assert.deepEqual(after.status?.podIPs, before.status?.podIPs)
  assert.deepEqual(
    cluster.runtime.calls.filter((call) => call.startsWith('exec')),
    [],
  )
  const graces = cluster.runtime.calls.flatMap((call) => /^stop \S+ (\d+)$/.exec(call)?.[1] ?? [])
  assert.deepEqual([...new Set(graces)], ['0'])
  // Another exit code is nobody's affair but its own.
  cluster.runtime.exit(cluster.runtime.byName('web').id, 41)
  await cluster.until('web', (pod) => statusOf(pod).state?.terminated?.exitCode === 41)
  assert.equal(begun(cluster).length, 8)
})

test('all are made anew by the back-off of the one that asks, and the pod says so meanwhile', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', {
    containers: [
      { ...echo, ...rules(42) },
      { ...echo, name: 'other' },
    ],
  })
  await eventually('both run', () => begun(cluster).length === 2)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 42)
  await eventually('both run again at once', () => begun(cluster).length === 4)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 42)
  await cluster.until('web', (pod) => statusOf(pod, 'other').state?.waiting?.reason === 'RestartingAllContainers')
  clock.advance(9_900)
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(begun(cluster).length, 4)
  clock.advance(200)
  await eventually('both run once more', () => begun(cluster).length === 6)
})

test('nothing that begins again waits for an image that does not come', async () => {
  const cluster = await startCluster()
  cluster.runtime.pullImage = () => new Promise(() => undefined)
  const slow = { name: 'slow', image: 'registry.example/slow' }
  await cluster.pod('web', { shareProcessNamespace: true, containers: [{ ...echo, ...rules(42) }, slow] })
  await eventually('it runs', () => begun(cluster).length === 1)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 42)
  await eventually('it runs again', () => begun(cluster).includes('web-1'))
  const { metadata } = await cluster.get('web')
  for (const id of [`${metadata?.uid}-holder`, cluster.runtime.byName('web').id]) cluster.runtime.exit(id, 137)
  await eventually(
    'another sandbox is there',
    () => cluster.runtime.calls.filter((call) => call.endsWith('-holder') && call.startsWith('start')).length === 2,
  )
})

test('a kubelet that comes while all are being made anew goes on with that, and does not begin it once more', async () => {
  const cluster = await startCluster()
  const spec = {
    initContainers: [first],
    containers: [
      { ...echo, ...rules(42) },
      { ...echo, name: 'other' },
    ],
  }
  await cluster.pod('web', spec)
  await eventually('it begins', () => begun(cluster).length === 1)
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  await cluster.until('web', isReady)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 42)
  await cluster.until('web', (pod) => statusOf(pod, 'first').state?.running !== undefined)
  await cluster.kubelet.stop()
  // One whose record is gone is known by its status alone.
  cluster.runtime.containers.delete(cluster.runtime.byName('other').id)
  await cluster.start()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(begun(cluster), ['first-0', 'web-0', 'other-0', 'first-1'])
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  const after = await cluster.until('web', isReady)
  assert.deepEqual(begun(cluster).slice(4).toSorted(), ['other-1', 'web-1'])
  for (const name of ['first', 'web', 'other']) assert.equal(statusOf(after, name).restartCount, 1, name)
})

test('containers that share processes are made with the one that holds these, and with another when it was killed', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { shareProcessNamespace: true, containers: [echo, { ...echo, name: 'other' }] })
  const before = await cluster.until('web', isReady)
  const holder = `${before.metadata?.uid}-holder`
  for (const name of ['web', 'other']) assert.equal(cluster.runtime.byName(name).spec.processesOf, holder)
  // The kernel ends all that is in it.
  const killed = [holder, cluster.runtime.byName('web').id, cluster.runtime.byName('other').id]
  for (const id of killed) cluster.runtime.exit(id, 137)
  const after = await cluster.until('web', (pod) => isReady(pod) && statusOf(pod).restartCount === 1)
  assert.equal(statusOf(after, 'other').restartCount, 1)
  assert.notDeepEqual(after.status?.podIPs, before.status?.podIPs)
  assert.equal(cluster.runtime.calls.filter((call) => call === `start ${holder}`).length, 2)
  assert.equal((await cluster.events('SandboxChanged')).length, 1)
  // Who comes after us knows it again.
  await cluster.kubelet.stop()
  await cluster.start()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual((await cluster.get('web')).status?.containerStatuses, after.status?.containerStatuses)
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds: 0 })
  await eventually('nothing of it is left', () => cluster.runtime.containers.size === 0)
})

test('a holder that was killed ends a pod that was to run once', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { shareProcessNamespace: true, restartPolicy: 'Never', containers: [echo] })
  const before = await cluster.until('web', isReady)
  for (const id of [`${before.metadata?.uid}-holder`, cluster.runtime.byName('web').id]) cluster.runtime.exit(id, 137)
  const failed = await cluster.until('web', (pod) => pod.status?.phase === 'Failed')
  assert.deepEqual(failed.status?.podIPs, before.status?.podIPs)
  assert.equal(cluster.told('SandboxChanged').length, 0)
  await eventually('nothing of it is left', () => cluster.runtime.containers.size === 0)
})

test('a container that was added runs once, whatever begins again', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', {
    containers: [
      { ...echo, ...rules(9) },
      { ...echo, name: 'other' },
    ],
    ephemeralContainers: [{ name: 'look', image: 'fairlead/echo' }],
  })
  await cluster.until('web', isReady)
  await eventually('it runs', () => begun(cluster).includes('look-0'))
  cluster.runtime.exit(cluster.runtime.byName('look').id, 0)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 9)
  await cluster.until('web', (pod) => isReady(pod) && statusOf(pod).restartCount === 1)
  await restartMachine(cluster)
  await eventually('it begins again', () => begun(cluster).includes('other-2'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(
    begun(cluster).filter((name) => name.startsWith('look')),
    ['look-0'],
  )
  const look = (await cluster.get('web')).status?.ephemeralContainerStatuses?.[0]
  assert.deepEqual([look?.state?.terminated?.exitCode, look?.restartCount], [0, 0])
})
