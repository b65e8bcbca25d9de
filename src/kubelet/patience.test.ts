import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { RuntimeError } from '#runtime/runtime-error.ts'
import { eventually } from './testing/eventually.ts'
import { type FakeCluster, resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const echo = { name: 'web', image: 'fairlead/echo' }
const exec = (command: string) => ({ exec: { command: [command] } })
const statusOf = ({ status }: Pod, name = 'web'): Partial<ContainerStatus> =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find((one) => one.name === name) ??
  {}
const calls = (cluster: FakeCluster, verb: string): readonly string[] =>
  cluster.runtime.calls.filter((call) => call.startsWith(verb)).map((call) => call.replace(/uid-\d+-/, ''))
const settle = () => new Promise((resolve) => setTimeout(resolve, 10))
/** Second by second, so that all that falls due meanwhile has its turn. */
const pass = async (clock: HandClock, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000)
    await settle()
  }
}

test('a startup probe holds the others back; what fails it is stopped with the patience of the probe, and again begun', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  let started = false
  cluster.runtime.onExec = (_, [command]) => (command === 'start' && !started ? 1 : 0)
  const container = {
    ...echo,
    startupProbe: { ...exec('start'), periodSeconds: 2, failureThreshold: 2, terminationGracePeriodSeconds: 7 },
    livenessProbe: { ...exec('live'), periodSeconds: 1 },
    readinessProbe: { ...exec('ready'), periodSeconds: 1 },
  }
  await cluster.pod('web', { containers: [container] })
  await eventually('it runs', () => calls(cluster, 'start').length === 1)
  await pass(clock, 2)
  assert.equal(statusOf(await cluster.get('web')).started, false)
  assert.deepEqual([...new Set(calls(cluster, 'exec'))], ['exec web-0 start'])
  await pass(clock, 2)
  await cluster.until('web', (pod) => statusOf(pod).restartCount === 1)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web-0 7'])
  assert.equal((await cluster.events('Killing'))[0]?.message, 'Container web failed startup probe, will be restarted')
  started = true
  await pass(clock, 3)
  const ready = await cluster.until('web', isReady)
  assert.equal(statusOf(ready).started, true)
  for (const kind of ['ready', 'live']) assert.ok(calls(cluster, 'exec').includes(`exec web-1 ${kind}`), kind)
  // What has started is not asked again whether it has.
  started = false
  const asked = calls(cluster, 'exec').filter((call) => call.endsWith(' start')).length
  await pass(clock, 6)
  assert.equal(calls(cluster, 'exec').filter((call) => call.endsWith(' start')).length, asked)
  assert.equal(statusOf(await cluster.get('web')).restartCount, 1)
})

test('a pod that was ready when its kubelet began again stays so until its probe has failed as often as the threshold says', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  let says = 0
  cluster.runtime.onExec = () => says
  const readinessProbe = { ...exec('ready'), periodSeconds: 2, failureThreshold: 2 }
  const startupProbe = { ...exec('begin'), periodSeconds: 1, failureThreshold: 1 }
  await cluster.pod('web', { containers: [{ ...echo, readinessProbe, startupProbe }] })
  await cluster.until('web', isReady)
  await cluster.kubelet.stop()
  says = 1
  const asked = calls(cluster, 'exec web-0 begin').length
  await cluster.start()
  await pass(clock, 1)
  assert.equal(isReady(await cluster.get('web')), true)
  await pass(clock, 4)
  await cluster.until('web', (pod) => !isReady(pod))
  assert.equal(
    calls(cluster, 'exec web-0 begin').length,
    asked,
    'it has started, and is not asked again whether it has',
  )
})

test('a container that has ended is probed no more; the next is asked anew whether it has started', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.onExec = (id, [command]) => (id.endsWith('-0') && command === 'live' ? 1 : 0)
  const livenessProbe = { ...exec('live'), periodSeconds: 5, failureThreshold: 1 }
  await cluster.pod('web', { containers: [{ ...echo, livenessProbe, startupProbe: exec('begin') }] })
  await cluster.until('web', isReady)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 1)
  await cluster.until('web', (pod) => isReady(pod) && statusOf(pod).restartCount === 1)
  await pass(clock, 11)
  assert.deepEqual([...new Set(calls(cluster, 'exec'))], ['exec web-0 begin', 'exec web-1 begin', 'exec web-1 live'])
  assert.deepEqual(calls(cluster, 'stop'), [])
})

test('a liveness probe has a patience of its own, and where its container runs once, that has ended then', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.onExec = () => 1
  const livenessProbe = { ...exec('live'), periodSeconds: 1, failureThreshold: 2 }
  await cluster.pod('web', {
    restartPolicy: 'Never',
    containers: [
      { ...echo, livenessProbe: { ...livenessProbe, terminationGracePeriodSeconds: 3 } },
      { ...echo, name: 'other', livenessProbe },
    ],
    terminationGracePeriodSeconds: 20,
  })
  await cluster.until('web', isReady)
  await pass(clock, 1)
  assert.deepEqual(calls(cluster, 'stop'), [])
  await pass(clock, 1)
  await cluster.until('web', ({ status }) => status?.phase === 'Failed')
  assert.deepEqual(calls(cluster, 'stop').toSorted(), ['stop other-0 20', 'stop web-0 3'])
})

test('hooks that sleep hold up what comes after them, and no longer than the grace period lasts', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const lifecycle = { postStart: { sleep: { seconds: 5 } }, preStop: { sleep: { seconds: 4 } } }
  for (const name of ['web', 'short']) await cluster.pod(name, { containers: [{ ...echo, lifecycle }] })
  await eventually('both run', () => calls(cluster, 'start').length === 2)
  await pass(clock, 4)
  assert.equal(isReady(await cluster.get('web')), false)
  await pass(clock, 2)
  for (const name of ['web', 'short']) await cluster.until(name, isReady)
  const stop = (name: string, gracePeriodSeconds: number) =>
    cluster.client.delete(resources.pods, name, { namespace: 'default', gracePeriodSeconds })
  await Promise.all([stop('web', 10), stop('short', 2)])
  await settle()
  assert.deepEqual(calls(cluster, 'stop'), [])
  // What is left of ten seconds after four, and of two after two: as much as Kubernetes gives at least.
  await pass(clock, 3)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web-0 2'])
  await pass(clock, 2)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web-0 2', 'stop web-0 6'])
  for (const name of ['web', 'short']) await cluster.gone(name)
})

test('a container that ends ends its postStart hook too, however long that would take', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', { containers: [{ ...echo, lifecycle: { postStart: { sleep: { seconds: 3600 } } } }] })
  await eventually('it runs', () => calls(cluster, 'start').length === 1)
  await settle()
  cluster.runtime.exit(cluster.runtime.byName('web').id, 1)
  await eventually('it runs again', () => calls(cluster, 'start').length === 2)
})

test('a sidecar that ends is begun again beside the others; an init container that fails holds its pod up with back-off', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const side = { name: 'side', image: 'fairlead/echo', restartPolicy: 'Always' }
  await cluster.pod('web', { initContainers: [side, { ...echo, name: 'first' }], containers: [echo] })
  await eventually('the first runs', () => calls(cluster, 'start').includes('start first-0'))
  for (const code of [1, 2]) {
    cluster.runtime.exit(cluster.runtime.byName('first').id, code)
    await pass(clock, 1)
  }
  const held = await cluster.until('web', (pod) => statusOf(pod, 'first').state?.waiting?.reason === 'CrashLoopBackOff')
  assert.equal(held.status?.phase, 'Pending')
  assert.equal(statusOf(held, 'first').lastState?.terminated?.exitCode, 2)
  assert.equal(statusOf(held).state?.waiting?.reason, 'PodInitializing')
  cluster.runtime.exit(cluster.runtime.byName('side').id, 0)
  await eventually('the sidecar runs again', () => calls(cluster, 'start').includes('start side-1'))
  await pass(clock, 11)
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  await cluster.until('web', isReady)
  cluster.runtime.exit(cluster.runtime.byName('side').id, 0)
  const lacking = await cluster.until('web', (pod) => !isReady(pod))
  assert.equal(lacking.status?.phase, 'Running')
  assert.equal(
    lacking.status?.conditions?.find(({ type }) => type === 'Ready')?.message,
    'containers with unready status: [side]',
  )
  await pass(clock, 21)
  await cluster.until('web', isReady)
  assert.equal(calls(cluster, 'start').filter((call) => call.startsWith('start web')).length, 1)
})

test('what cannot be made is tried every two seconds, and its back-off is as long as it was; a StartError is no hold', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', { containers: [echo] })
  await cluster.until('web', isReady)
  const { create } = cluster.runtime
  cluster.runtime.create = async () => {
    throw new RuntimeError('CONTAINER_SPEC_INVALID', 'nobody can in /var/lib', { words: 'nobody can' })
  }
  cluster.runtime.exit(cluster.runtime.byName('web').id, 1)
  const held = await cluster.until('web', (pod) => statusOf(pod).state?.waiting?.reason === 'CreateContainerError')
  assert.deepEqual([statusOf(held).restartCount, statusOf(held).lastState?.terminated?.exitCode], [0, 1])
  assert.equal(statusOf(held).state?.waiting?.message, 'CONTAINER_SPEC_INVALID: nobody can')
  await pass(clock, 9)
  cluster.runtime.create = async () => {
    const words = "container 'c': runc create failed: mkdir /etc/a: no such program"
    throw new RuntimeError('CONTAINER_CANNOT_RUN', words.replace('/etc', '/var/lib/rootfs/etc'), { words })
  }
  await pass(clock, 2)
  const failed = await cluster.until('web', (pod) => statusOf(pod).lastState?.terminated?.reason === 'StartError')
  assert.equal(statusOf(failed).lastState?.terminated?.exitCode, 128)
  assert.equal(
    statusOf(failed).lastState?.terminated?.message,
    'OCI runtime create failed: runc create failed: mkdir /etc/a: no such program: unknown',
  )
  // After one restart ten seconds, whatever was tried in between.
  assert.match(statusOf(failed).state?.waiting?.message ?? '', /^back-off 10s restarting failed container=web/)
  cluster.runtime.create = create
  await pass(clock, 11)
  await cluster.until('web', isReady)
})

test('while the next attempt is being made the container waits, and its end is told once, as its last state', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', { containers: [echo] })
  await cluster.until('web', isReady)
  const { create } = cluster.runtime
  const making = Promise.withResolvers<void>()
  cluster.runtime.create = async (spec) => {
    await making.promise
    return await create.call(cluster.runtime, spec)
  }
  cluster.runtime.exit(cluster.runtime.byName('web').id, 1)
  const made = await cluster.until('web', (pod) => statusOf(pod).restartCount === 1)
  const { state, lastState } = statusOf(made)
  assert.deepEqual(state, { waiting: { reason: 'ContainerCreating' } })
  assert.equal(lastState?.terminated?.exitCode, 1)
  assert.equal(made.status?.phase, 'Running')
  // Whoever asks for its log is given what there is.
  const { logPath, running } = cluster.kubelet.resolve('default', 'web')
  assert.deepEqual([logPath?.endsWith('/web/0.log'), running], [true, false])
  making.resolve()
  await cluster.until('web', isReady)
  assert.match(cluster.kubelet.resolve('default', 'web').logPath ?? '', /\/web\/1\.log$/)
})

test('of containers that wait for their back-offs each is begun again when its own is over', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', { containers: [echo, { ...echo, name: 'other' }] })
  const begun = (name: string, attempt: number): Promise<Pod> =>
    cluster.until('web', (pod) => {
      const { state, restartCount } = statusOf(pod, name)
      return state?.running !== undefined && restartCount === attempt
    })
  const fail = async (name: string, attempt: number): Promise<void> => {
    await begun(name, attempt)
    await settle()
    cluster.runtime.exit(cluster.runtime.byName(name).id, 1)
  }
  const waits = (name: string): Promise<Pod> =>
    cluster.until('web', (pod) => statusOf(pod, name).state?.waiting?.reason === 'CrashLoopBackOff')
  await fail('web', 0)
  await fail('web', 1)
  await waits('web')
  clock.advance(10_000)
  await fail('web', 2)
  await fail('other', 0)
  await fail('other', 1)
  for (const name of ['web', 'other']) await waits(name)
  clock.advance(10_000)
  assert.equal(statusOf(await begun('other', 2)).restartCount, 2, 'its back-off is of 20 s by now')
  await settle()
  assert.equal(calls(cluster, 'start').at(-1), 'start other-2')
  clock.advance(10_000)
  await begun('web', 3)
})

test('a container that has ended before its start is through has ended', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  const start = runtime.start.bind(runtime)
  runtime.start = async (id) => {
    await start(id)
    runtime.exit(id, 3)
  }
  await cluster.pod('web', { restartPolicy: 'Never', containers: [echo] })
  const over = await cluster.until('web', ({ status }) => status?.phase === 'Failed')
  assert.equal(statusOf(over).state?.terminated?.exitCode, 3)
})
