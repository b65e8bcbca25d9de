import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from './testing/eventually.ts'
import { type FakeCluster, resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const container = (name: string, more: Partial<Container> = {}) => ({ name, image: 'fairlead/echo', ...more })
/** Calls of that kind, without the pod's uid and the attempt: `stop web 30`. */
const calls = (cluster: FakeCluster, verb: string): readonly string[] =>
  cluster.runtime.calls
    .filter((call) => call.startsWith(`${verb} `))
    .map((call) => call.replace(/ \S*?-([a-z]+)-\d+( |$)/, ' $1$2'))
const isFailed = ({ status }: Pod): boolean => status?.phase === 'Failed'
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

/** A pod of two containers that no SIGTERM ends; one of them is being stopped for its liveness probe, which took a second. */
const restarting = async (patience: number, spec: Partial<PodSpec>) => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  cluster.runtime.onExec = () => 1
  const livenessProbe = {
    ...{ exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 },
    terminationGracePeriodSeconds: patience,
  }
  const { metadata } = await cluster.pod('web', {
    ...spec,
    containers: [container('web', { livenessProbe }), container('other')],
  })
  await cluster.until('web', isReady)
  clock.advance(1000)
  await eventually('its probe fails', () => calls(cluster, 'stop').length === 1)
  return { clock, cluster, uid: metadata?.uid ?? '' }
}
/** It has ended as a whole, and nothing of it was started again. */
const over = async (cluster: FakeCluster, reason: string): Promise<void> => {
  const { status } = await cluster.until('web', isFailed)
  assert.equal(status?.reason, reason)
  assert.deepEqual(
    status?.containerStatuses?.map(({ name, state, restartCount }) => [
      name,
      state?.terminated?.exitCode,
      restartCount,
    ]),
    [
      ['other', 137, 0],
      ['web', 137, 0],
    ],
  )
  assert.deepEqual(calls(cluster, 'start').toSorted(), ['start other', 'start web'])
  await eventually('its network is free', () => cluster.network.attached.size === 0)
}

test('a deadline that passes while a container is being stopped to be started again ends all within the pod’s patience', async () => {
  const { clock, cluster } = await restarting(60, { activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 10 })
  clock.advance(3900)
  await turn()
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 60'])
  clock.advance(100)
  await eventually('both are told', () => calls(cluster, 'stop').length === 3)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 60', 'stop web 10', 'stop other 10'])
  clock.advance(9900)
  await turn()
  assert.equal(isFailed(await cluster.get('web')), false, 'it has its ten seconds')
  clock.advance(100)
  await over(cluster, 'DeadlineExceeded')
})

test('a deadline gives what is being stopped no more time than it had, and has the others their own', async () => {
  const { clock, cluster } = await restarting(6, { activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 20 })
  clock.advance(4000)
  await eventually('the other is told', () => calls(cluster, 'stop').length === 2)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 6', 'stop other 20'])
  clock.advance(2000)
  await cluster.until('web', ({ status }) => status?.containerStatuses?.[1]?.state?.terminated?.exitCode === 137)
  assert.equal(isFailed(await cluster.get('web')), false)
  clock.advance(18_000)
  await over(cluster, 'DeadlineExceeded')
})

test('a pod that is evicted while a container is being stopped to be started again has a second for all', async () => {
  const { clock, cluster, uid } = await restarting(60, {
    terminationGracePeriodSeconds: 60,
    volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Mi' } }],
  })
  writeFileSync(join(cluster.stateDir, 'pods', uid, 'volumes/v/file'), Buffer.alloc(3 << 19, 'x'))
  clock.advance(9000)
  await eventually('both are told', () => calls(cluster, 'stop').length === 3)
  assert.deepEqual(calls(cluster, 'stop'), ['stop web 60', 'stop web 1', 'stop other 1'])
  clock.advance(1000)
  await over(cluster, 'Evicted')
})

test('a deadline that passes while all are being made anew ends the pod, and nothing of it is made anew', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const { runtime } = cluster
  const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }
  await cluster.pod('web', {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 5,
    containers: [container('web', { restartPolicyRules: [rule] }), container('other')],
  })
  await cluster.until('web', isReady)
  const { promise: killed, resolve } = Promise.withResolvers<void>()
  const stopping = runtime.stop.bind(runtime)
  runtime.stop = async (id, grace) => {
    if (grace === 0) await killed
    await stopping(id, grace)
  }
  runtime.exit(runtime.byName('web').id, 42)
  await cluster.until(
    'web',
    ({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'AllContainersRestarting' && is === 'True') === true,
  )
  clock.advance(5000)
  await eventually('the other one is told', () => calls(cluster, 'stop').includes('stop other 30'))
  resolve()
  const { status } = await cluster.until('web', isFailed)
  assert.equal(status?.reason, 'DeadlineExceeded')
  await turn()
  assert.deepEqual(calls(cluster, 'start').toSorted(), ['start other', 'start web'])
  const ends = status?.containerStatuses?.map(({ name, state }) => [name, state?.terminated?.reason])
  assert.deepEqual(ends, [
    ['other', 'Error'],
    ['web', 'Error'],
  ])
})

test('a pod that has begun again in another sandbox has all its patience when it is deleted', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.pod('web', { shareProcessNamespace: true, containers: [{ name: 'web', image: 'fairlead/echo' }] })
  const { metadata } = await cluster.until('web', isReady)
  for (const id of [`${metadata?.uid}-holder`, cluster.runtime.byName('web').id]) cluster.runtime.exit(id, 137)
  await cluster.until('web', (pod) => isReady(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1)
  clock.advance(60_000)
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds: 30 })
  const told = () => cluster.runtime.calls.filter((call) => /^stop \S+-web-1 /.test(call))
  await eventually('it is told', () => told().length > 0)
  assert.deepEqual(
    told().map((call) => call.split(' ').at(-1)),
    ['30'],
  )
})

test('all of a pod is made anew without waiting for the preStop hook of one that was being stopped', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  let asked = 0
  cluster.runtime.onExec = () => {
    asked++
    return 1
  }
  const exitCodes = { operator: 'In', values: [42] }
  const restartPolicyRules = [{ action: 'RestartAllContainers', exitCodes }]
  const livenessProbe = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 }
  const lifecycle = { preStop: { sleep: { seconds: 50 } } }
  await cluster.pod('web', {
    terminationGracePeriodSeconds: 60,
    containers: [
      container('web', { restartPolicy: 'Never', restartPolicyRules }),
      container('other', { livenessProbe, lifecycle }),
    ],
  })
  await cluster.until('web', isReady)
  clock.advance(1000)
  await eventually('it is asked whether it lives', () => asked === 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(calls(cluster, 'stop'), [])
  cluster.runtime.exit(cluster.runtime.byName('web').id, 42)
  await eventually('both start again', () => calls(cluster, 'start').length === 4)
  assert.deepEqual(new Set(calls(cluster, 'stop')), new Set(['stop other 0']))
})
