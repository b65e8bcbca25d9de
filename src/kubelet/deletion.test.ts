import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { WatchEvent } from '#client/client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from './testing/eventually.ts'
import { type FakeCluster, resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const container = (name: string, more: Partial<Container> = {}) => ({ name, image: 'fairlead/echo', ...more })
const remove = (cluster: FakeCluster, gracePeriodSeconds: number): Promise<void> =>
  cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds })
/** Calls of that kind, without the pod's uid and the attempt: `stop web 30`. */
const calls = (cluster: FakeCluster, verb: string): readonly string[] =>
  cluster.runtime.calls
    .filter((call) => call.startsWith(`${verb} `))
    .map((call) => call.replace(/ \S*?-([a-z]+)-\d+( |$)/, ' $1$2'))

test('a deletion with --grace-period=1 after a slow one shortens the stop that is under way', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  await cluster.pod('web', { containers: [container('web')] })
  await cluster.until('web', isReady)
  const from = clock.now()
  await remove(cluster, 30)
  await eventually('SIGTERM, with 30 s', () => calls(cluster, 'stop').length === 1)
  clock.advance(5000)
  await remove(cluster, 1)
  await eventually('a shorter stop', () => calls(cluster, 'stop').length === 2)
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 30', 'stop web 1'])
  assert.equal(cluster.api.all(resources.pods).length, 1, 'it has its second still')
  clock.advance(1000)
  await cluster.gone('web')
  assert.equal(clock.now() - from, 6000)
})

test('a longer grace period does not lengthen a stop that is under way', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  await cluster.pod('web', { containers: [container('web')] })
  await cluster.until('web', isReady)
  await remove(cluster, 2)
  await eventually('SIGTERM', () => calls(cluster, 'stop').length === 1)
  await remove(cluster, 60)
  await new Promise((resolve) => setTimeout(resolve, 5))
  clock.advance(2000)
  await cluster.gone('web')
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 2'])
})

test('a pod whose object went without notice ends at once, whatever its patience, and is told of no more', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [container('web')], terminationGracePeriodSeconds: 60 })
  await cluster.until('web', isReady)
  await remove(cluster, 0)
  await cluster.gone('web')
  await eventually('its end', () => calls(cluster, 'remove').length > 0)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 0'])
})

test('a container is made anew once the one before it has left its cgroup, and not before', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  await cluster.pod('web', { containers: [container('web')] })
  await cluster.until('web', isReady)
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  const removing = runtime.remove.bind(runtime)
  runtime.remove = async (id) => {
    await gone
    await removing(id)
  }
  runtime.exit(runtime.byName('web').id, 1)
  await new Promise((done) => setTimeout(done, 50))
  assert.equal(calls(cluster, 'create').length, 1)
  resolve()
  await eventually('the next', () => calls(cluster, 'create').length === 2)
  const last = runtime.calls.filter((call) => /^(create|remove) /.test(call)).slice(-2)
  assert.deepEqual(
    last.map((call) => call.split(' ')[0]),
    ['remove', 'create'],
  )
})

test('what is being stopped to be started again has no more time than a deletion leaves it, and has ended then', async () => {
  for (const [gracePeriodSeconds, shorter] of [
    [2, ['stop web 2']],
    [0, ['stop web 0']],
    [60, []],
  ] as const) {
    const clock = new HandClock()
    const cluster = await startCluster(clock)
    const last: Pod[] = []
    const watch = cluster.api.watch(resources.pods, { resourceVersion: cluster.api.resourceVersion }, (event) => {
      if (event.type === 'DELETED') last.push(event.object)
    })
    cluster.runtime.stubborn = true
    cluster.runtime.onExec = () => 1
    const livenessProbe = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 }
    await cluster.pod('web', { containers: [container('web', { livenessProbe })] })
    await cluster.until('web', isReady)
    clock.advance(1000)
    await eventually('its probe fails', () => calls(cluster, 'stop').length === 1)
    await remove(cluster, gracePeriodSeconds)
    await eventually('it is told', () => calls(cluster, 'stop').length === 1 + shorter.length)
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(calls(cluster, 'stop'), ['stop web 30', ...shorter])
    clock.advance(Math.min(gracePeriodSeconds, 30) * 1000)
    await eventually('it has ended', () => cluster.runtime.containers.size === 0)
    await cluster.gone('web')
    watch.stop()
    assert.equal(calls(cluster, 'start').length, 1, 'it is not started again')
    const terminated = last[0]?.status?.containerStatuses?.[0]?.state?.terminated
    if (gracePeriodSeconds > 0) assert.equal(terminated?.exitCode, 137)
  }
})

test('while a container is being stopped to be started again, a deletion tells the others at once, and all end in its time', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  cluster.runtime.onExec = () => 1
  const livenessProbe = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 }
  await cluster.pod('web', { containers: [container('web', { livenessProbe }), container('other')] })
  await cluster.until('web', isReady)
  clock.advance(1000)
  await eventually('its probe fails', () => calls(cluster, 'stop').length === 1)
  await remove(cluster, 20)
  await eventually('both are told', () => calls(cluster, 'stop').length === 3)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 30', 'stop web 20', 'stop other 20'])
  clock.advance(20_000)
  await eventually('all have ended', () => cluster.runtime.containers.size === 0)
  await cluster.gone('web')
})

test('a pod that is being deleted is asked on whether it is ready, and no more whether it lives', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  let says = 0
  cluster.runtime.onExec = () => says
  const probe = (word: string) => ({ exec: { command: [word] }, periodSeconds: 1, failureThreshold: 1 })
  const probes = { readinessProbe: probe('ready'), livenessProbe: probe('live') }
  await cluster.pod('web', { containers: [container('web', probes)] })
  await cluster.until('web', isReady)
  await remove(cluster, 30)
  await eventually('SIGTERM', () => calls(cluster, 'stop').length === 1)
  says = 1
  for (let second = 0; second < 4; second++) {
    clock.advance(1000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await cluster.until('web', (pod) => !isReady(pod) && pod.status?.phase === 'Running')
  const asked = (word: string) => cluster.runtime.calls.filter((call) => call.endsWith(` ${word}`)).length
  assert.equal(asked('live'), 0)
  assert.ok(asked('ready') >= 3)
})

test('the last status, with the exit of every container, is written before the object goes', async () => {
  const cluster = await startCluster()
  const events: WatchEvent<Pod>[] = []
  const watch = cluster.api.watch(resources.pods, { resourceVersion: cluster.api.resourceVersion }, (event) => {
    events.push(event)
  })
  await cluster.pod('web', { containers: [container('one'), container('two')] })
  await cluster.until('web', isReady)
  await remove(cluster, 5)
  await cluster.gone('web')
  watch.stop()
  const last = events.at(-1) as { readonly type: string; readonly object: Pod }
  assert.equal(last.type, 'DELETED')
  const statuses = last.object.status?.containerStatuses ?? []
  assert.deepEqual(
    statuses.map(({ name, state, ready }) => [name, state?.terminated?.exitCode, ready]),
    [
      ['one', 143, false],
      ['two', 143, false],
    ],
  )
  assert.equal(isReady(last.object), false)
  const written = events.filter(({ type }) => type === 'MODIFIED').at(-1) as { readonly object: Pod }
  assert.deepEqual(written.object.status, last.object.status, 'it was written, not made up by the deletion')
})

test('a pod that has ended by itself shows so before it goes', async () => {
  const cluster = await startCluster()
  const gone: Pod[] = []
  const watch = cluster.api.watch(resources.pods, { resourceVersion: cluster.api.resourceVersion }, (event) => {
    if (event.type === 'DELETED') gone.push(event.object)
  })
  await cluster.pod('web', { containers: [container('web')], restartPolicy: 'Never' })
  await cluster.until('web', isReady)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 3)
  await cluster.until('web', (pod) => pod.status?.phase === 'Failed')
  await remove(cluster, 5)
  await cluster.gone('web')
  watch.stop()
  assert.equal(gone[0]?.status?.phase, 'Failed')
  assert.equal(gone[0]?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 3)
})

test('a pod that is deleted before it has begun has failed, so that whoever replaces failed pods replaces it', async () => {
  const cluster = await startCluster()
  const gone: Pod[] = []
  const watch = cluster.api.watch(resources.pods, { resourceVersion: cluster.api.resourceVersion }, (event) => {
    if (event.type === 'DELETED') gone.push(event.object)
  })
  await cluster.pod('web', { containers: [container('web', { image: 'nowhere/none' })] })
  await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting !== undefined)
  await remove(cluster, 5)
  await cluster.gone('web')
  watch.stop()
  assert.equal(gone[0]?.status?.phase, 'Failed')
})

test('sidecars are stopped when the others have ended, the last started first, one after the other', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  const side = (name: string) => container(name, { restartPolicy: 'Always' })
  await cluster.pod('web', {
    initContainers: ['a', 'b', 'c'].map(side),
    containers: [container('web'), container('aside')],
  })
  await cluster.until('web', isReady)
  assert.deepEqual(calls(cluster, 'start'), ['start a', 'start b', 'start c', 'start web', 'start aside'])
  await remove(cluster, 40)
  const stopped = async (...expected: readonly string[]): Promise<void> => {
    await eventually(`stopped: ${expected.join(', ')}`, () => calls(cluster, 'stop').length >= expected.length)
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(calls(cluster, 'stop'), expected)
  }
  await stopped('stop web 40', 'stop aside 40')
  // They obey from now on, one sooner than the other.
  cluster.runtime.stubborn = false
  cluster.runtime.exit(cluster.runtime.byName('web').id, 0)
  clock.advance(10_000)
  await stopped('stop web 40', 'stop aside 40')
  clock.advance(30_000)
  await cluster.gone('web')
  // What is left of the grace period is one second at least.
  assert.deepEqual(calls(cluster, 'stop').slice(2), ['stop c 1', 'stop b 1', 'stop a 1'])
})
