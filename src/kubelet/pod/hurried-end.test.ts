import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import { ApiError } from '#client/client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from '../testing/eventually.ts'
import { type FakeCluster, resources } from '../testing/fake-cluster.ts'
import { startCluster } from '../testing/start-cluster.ts'

const container = (name: string, more: Partial<Container> = {}) => ({ name, image: 'fairlead/echo', ...more })
const remove = (cluster: FakeCluster, gracePeriodSeconds: number): Promise<void> =>
  cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds })
/** Without the pod's uid and the attempt: `stop web 30`. */
const stops = (cluster: FakeCluster): readonly string[] =>
  cluster.runtime.calls
    .filter((call) => call.startsWith('stop '))
    .map((call) => call.replace(/ \S*?-([a-z]+)-\d+ /, ' $1 '))
const settle = () => new Promise((resolve) => setTimeout(resolve, 10))
const pass = async (clock: HandClock, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000)
    await settle()
  }
}
/** Its containers obey no SIGTERM. */
const stubborn = async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  return { clock, cluster }
}
const isGone = (cluster: FakeCluster): boolean =>
  cluster.api.all(resources.pods).length + cluster.runtime.containers.size + cluster.network.attached.size === 0

test('what is stopped since its postStart hook has failed has no more time than a deletion leaves it', async () => {
  const { clock, cluster } = await stubborn()
  cluster.runtime.onExec = () => 1
  const lifecycle = { postStart: { exec: { command: ['no'] } } }
  await cluster.pod('web', { containers: [container('web', { lifecycle })] })
  await eventually('its hook fails', () => stops(cluster).length === 1)
  await remove(cluster, 1)
  await eventually('it is told', () => stops(cluster).length === 2)
  assert.deepEqual(stops(cluster), ['stop web 30', 'stop web 1'])
  await pass(clock, 1)
  await eventually('nothing is left', () => isGone(cluster))
})

test('a container whose postStart hook has failed, and that cannot be stopped, ends with its pod all the same', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  runtime.onExec = () => 1
  const stop = runtime.stop.bind(runtime)
  let tries = 0
  runtime.stop = async (id, graceSeconds) => {
    if (++tries === 1) throw new Error('not now')
    await stop(id, graceSeconds)
  }
  await cluster.pod('web', {
    containers: [container('web', { lifecycle: { postStart: { exec: { command: ['no'] } } } })],
  })
  await eventually('its hook fails', () => tries === 1)
  await settle()
  assert.ok(cluster.logged.some((line) => /cannot be stopped/.test(line)))
  await remove(cluster, 1)
  await eventually('nothing is left', () => isGone(cluster))
})

test('a preStop hook that sleeps holds up no deletion that is made shorter, and is cut when its container has ended', async () => {
  for (const seconds of [2, 0]) {
    const { clock, cluster } = await stubborn()
    const lifecycle = { preStop: { sleep: { seconds: 50 } } }
    await cluster.pod('web', { containers: [container('web', { lifecycle })] })
    await cluster.until('web', isReady)
    await remove(cluster, 60)
    await settle()
    assert.deepEqual(stops(cluster), [])
    await remove(cluster, seconds)
    await eventually('it is told', () => stops(cluster).length === 1)
    await pass(clock, seconds)
    await eventually('nothing is left', () => isGone(cluster))
    assert.deepEqual(stops(cluster), [`stop web ${seconds}`])
  }
})

test('a hook that ends before the container does leaves it the time of the shorter deletion', async () => {
  const { clock, cluster } = await stubborn()
  await cluster.pod('web', { containers: [container('web', { lifecycle: { preStop: { sleep: { seconds: 3 } } } })] })
  await cluster.until('web', isReady)
  await remove(cluster, 60)
  await settle()
  await remove(cluster, 10)
  await pass(clock, 4)
  assert.deepEqual(stops(cluster), ['stop web 10', 'stop web 7'])
  await pass(clock, 6)
  await eventually('nothing is left', () => isGone(cluster))
})

test('what is being started while a deletion is made shorter has that one’s time as soon as it runs', async () => {
  for (const seconds of [2, 0]) {
    const { clock, cluster } = await stubborn()
    const { runtime } = cluster
    const started = Promise.withResolvers<void>()
    const start = runtime.start.bind(runtime)
    runtime.start = async (id) => {
      await start(id)
      await started.promise
    }
    await cluster.pod('web', { containers: [container('web')] })
    await eventually('it starts', () => runtime.calls.some((call) => call.startsWith('start ')))
    await remove(cluster, 60)
    await settle()
    await remove(cluster, seconds)
    await settle()
    started.resolve()
    await eventually('it is told', () => stops(cluster).length === 1)
    assert.deepEqual(stops(cluster), [`stop web ${seconds}`])
    await pass(clock, seconds)
    await eventually('nothing is left', () => isGone(cluster))
  }
})

test('a deletion that is made shorter tells sidecars no sooner than the others have ended', async () => {
  const { clock, cluster } = await stubborn()
  const side = container('side', { restartPolicy: 'Always' })
  await cluster.pod('web', { initContainers: [side], containers: [container('web')] })
  await cluster.until('web', isReady)
  await remove(cluster, 60)
  await settle()
  await remove(cluster, 5)
  await pass(clock, 4)
  assert.deepEqual(stops(cluster), ['stop web 60', 'stop web 5'])
  await pass(clock, 1)
  await eventually('the sidecar is told', () => stops(cluster).length === 3)
  assert.equal(stops(cluster).at(-1), 'stop side 1')
  await pass(clock, 1)
  await eventually('nothing is left', () => isGone(cluster))
})

test('a deadline and an eviction leave a restart that is under way no more time than their own, and end it once', async () => {
  for (const [end, grace] of [
    ['DeadlineExceeded', 10],
    ['Evicted', 1],
  ] as const) {
    const { clock, cluster } = await stubborn()
    cluster.runtime.onExec = () => 1
    const livenessProbe = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 }
    const own = { ...livenessProbe, terminationGracePeriodSeconds: 100 }
    const limits = { 'ephemeral-storage': '1k' }
    await cluster.pod('web', {
      ...(end === 'DeadlineExceeded' && { activeDeadlineSeconds: 5 }),
      terminationGracePeriodSeconds: 10,
      containers: [
        container('web', { livenessProbe: own, ...(end === 'Evicted' && { resources: { limits } }) }),
        container('other'),
      ],
    })
    await cluster.until('web', isReady)
    const scratch = cluster.runtime.scratch(cluster.runtime.byName('web').id)
    mkdirSync(scratch, { recursive: true })
    writeFileSync(join(scratch, 'much'), Buffer.alloc(5000, 'x'))
    await pass(clock, 1)
    assert.deepEqual(stops(cluster), ['stop web 100'])
    await pass(clock, end === 'Evicted' ? 9 : 4)
    await eventually(`${end}: both are told`, () => stops(cluster).length === 3)
    assert.deepEqual(stops(cluster), ['stop web 100', `stop web ${grace}`, `stop other ${grace}`])
    await pass(clock, grace)
    const over = await cluster.until('web', ({ status }) =>
      (status?.containerStatuses ?? []).every(({ state }) => state?.terminated?.exitCode === 137),
    )
    assert.deepEqual([over.status?.phase, over.status?.reason], ['Failed', end])
    await pass(clock, 60)
    assert.equal(cluster.runtime.calls.filter((call) => call.startsWith('start ')).length, 2, 'neither starts again')
    // Deleted in the end, nothing is stopped a second time.
    await remove(cluster, 30)
    await eventually('nothing is left', () => isGone(cluster))
    assert.equal(stops(cluster).length, 3)
  }
})

test('a pod that its deadline is ending is asked no more whether it lives, and tells how each container has ended', async () => {
  const { clock, cluster } = await stubborn()
  let says = 0
  cluster.runtime.onExec = () => says
  const livenessProbe = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 }
  await cluster.pod('web', {
    activeDeadlineSeconds: 5,
    terminationGracePeriodSeconds: 10,
    containers: [container('web', { livenessProbe })],
  })
  await cluster.until('web', isReady)
  await pass(clock, 6)
  assert.deepEqual(stops(cluster), ['stop web 10'])
  says = 1
  await pass(clock, 11)
  const { status } = await cluster.until(
    'web',
    (pod) => pod.status?.containerStatuses?.[0]?.state?.terminated !== undefined,
  )
  const { exitCode, reason } = status?.containerStatuses?.[0]?.state?.terminated ?? {}
  assert.deepEqual([exitCode, reason], [137, 'Error'])
  assert.deepEqual(stops(cluster), ['stop web 10'])
})

test('a deletion with more patience gives a pod that its deadline is ending no more time', async () => {
  const { clock, cluster } = await stubborn()
  const limits = { activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 10 }
  const side = container('side', { restartPolicy: 'Always' })
  await cluster.pod('web', { ...limits, initContainers: [side], containers: [container('web')] })
  await cluster.until('web', isReady)
  await pass(clock, 6)
  await remove(cluster, 100)
  await pass(clock, 9)
  await eventually('the sidecar is told', () => stops(cluster).length === 2)
  assert.deepEqual(stops(cluster), ['stop web 10', 'stop side 1'])
})

test('a deletion with less time than a deadline has left runs a preStop hook once', async () => {
  const { clock, cluster } = await stubborn()
  await cluster.pod('web', {
    activeDeadlineSeconds: 5,
    terminationGracePeriodSeconds: 60,
    containers: [container('web', { lifecycle: { preStop: { exec: { command: ['bye'] } } } })],
  })
  await cluster.until('web', isReady)
  const hook = Promise.withResolvers<{ exitCode: number }>()
  let hooks = 0
  cluster.runtime.exec = async () => {
    hooks++
    return await hook.promise
  }
  await pass(clock, 6)
  assert.equal(hooks, 1)
  await remove(cluster, 2)
  await eventually('it is told', () => stops(cluster).length === 1)
  await pass(clock, 2)
  hook.resolve({ exitCode: 137 })
  await eventually('nothing is left', () => isGone(cluster))
  assert.equal(hooks, 1)
  assert.deepEqual(stops(cluster), ['stop web 2'])
})

test('a pod that goes while its sandbox is being made leaves nothing of it', async () => {
  for (const shareProcessNamespace of [true, false])
    for (const seconds of [1, 0]) {
      const cluster = await startCluster()
      const { network } = cluster
      const turn = Promise.withResolvers<void>()
      const attach = network.attach.bind(network)
      network.attach = async (pod) => {
        await turn.promise
        return await attach(pod)
      }
      await cluster.pod('web', { shareProcessNamespace, containers: [container('web')] })
      await settle()
      await remove(cluster, seconds)
      await settle()
      turn.resolve()
      await cluster.gone('web')
      await eventually('nothing is left', () => isGone(cluster))
      await settle()
      assert.ok(isGone(cluster))
      assert.equal(network.asked.length, 1)
    }
})
test('a status that cannot be written any more holds up no pod whose object has gone', async () => {
  const { clock, cluster } = await stubborn()
  await cluster.pod('web', { containers: [container('web')] })
  await cluster.until('web', isReady)
  const { client } = cluster
  const patch = client.patch.bind(client)
  // Another has its name by now.
  client.patch = (async (kind, name, ...more) => {
    if (kind.plural !== 'pods') return await patch(kind, name, ...more)
    throw new ApiError({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 409,
      reason: 'Conflict',
      message: 'uid',
    } as never)
  }) as typeof client.patch
  await remove(cluster, 5)
  await pass(clock, 6)
  assert.equal(cluster.runtime.containers.size, 0)
  await remove(cluster, 0)
  await eventually('it is forgotten', () => cluster.kubelet.pods().length === 0)
})
