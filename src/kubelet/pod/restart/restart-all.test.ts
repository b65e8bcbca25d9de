import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from '../../testing/eventually.ts'
import type { FakeCluster } from '../../testing/fake-cluster.ts'
import { startCluster } from '../../testing/start-cluster.ts'

const container = (name: string) => ({ name, image: 'fairlead/echo' })
const asking = {
  ...container('web'),
  restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
}
/** What was started, with the attempt: `web-0`. */
const begun = (cluster: FakeCluster): readonly string[] =>
  cluster.runtime.calls.flatMap((call) => /^start \S+?-([a-z]+-\d+)$/.exec(call)?.[1] ?? [])
const statusOf = ({ status }: Pod, name: string) => status?.containerStatuses?.find((one) => one.name === name)
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

test('what is just being started when all are made anew is waited for, ended as soon as it runs, and goes again', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const starting = runtime.start.bind(runtime)
  runtime.start = async (id) => {
    if (id.endsWith('-slow-0')) await late
    await starting(id)
  }
  await cluster.pod('web', { containers: [asking, container('slow')] })
  await eventually('one runs', () => begun(cluster).includes('web-0'))
  await eventually('the other one is made', () => runtime.calls.some((call) => call.endsWith('-slow-0')))
  runtime.exit(runtime.byName('web').id, 42)
  await turns()
  assert.deepEqual(begun(cluster), ['web-0'], 'nothing goes again before all has ended')
  resolve()
  const after = await cluster.until('web', isReady)
  assert.deepEqual(begun(cluster).slice(0, 2), ['web-0', 'slow-0'])
  assert.deepEqual(begun(cluster).slice(2).toSorted(), ['slow-1', 'web-1'])
  assert.deepEqual(
    runtime.calls.filter((call) => call.startsWith('stop ')).map((call) => call.replace(/ \S*-slow-0 /, ' slow ')),
    ['stop slow 0'],
  )
  for (const name of ['web', 'slow']) {
    const { restartCount, lastState } = statusOf(after, name)!
    assert.deepEqual([restartCount, lastState?.terminated?.reason], [1, 'RestartingAllContainers'], name)
  }
})

test('a container goes again with the others also where nobody tells that it has ended', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  await cluster.pod('web', { containers: [asking, container('other')] })
  await cluster.until('web', isReady)
  runtime.stop = async (id) => {
    const held = runtime.containers.get(id)!
    const at = new Date().toISOString()
    held.status = {
      ...{ state: 'exited', exitCode: 137, reason: 'Error' },
      ...{ createdAt: at, startedAt: at, finishedAt: at },
    }
  }
  runtime.exit(runtime.byName('web').id, 42)
  const after = await cluster.until('web', (pod) => isReady(pod) && statusOf(pod, 'web')?.restartCount === 1)
  assert.deepEqual(begun(cluster).slice(2).toSorted(), ['other-1', 'web-1'])
  assert.equal(statusOf(after, 'other')?.restartCount, 1)
})

test('a container that cannot be killed is told of, runs on, and holds up no other', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  await cluster.pod('web', { containers: [asking, container('other'), container('third')] })
  await cluster.until('web', isReady)
  const { id } = runtime.byName('other')
  const stopping = runtime.stop.bind(runtime)
  runtime.stop = async (which, grace) => {
    if (which === id && runtime.containers.get(id)?.status.state === 'running') throw new Error('no signal reaches it')
    await stopping(which, grace)
  }
  runtime.exit(runtime.byName('web').id, 42)
  const after = await cluster.until('web', (pod) => isReady(pod) && statusOf(pod, 'third')?.restartCount === 1)
  assert.deepEqual(begun(cluster).slice(3).toSorted(), ['third-1', 'web-1'])
  assert.deepEqual([statusOf(after, 'other')?.restartCount, statusOf(after, 'other')?.containerID], [0, `runc://${id}`])
  assert.ok(cluster.logged.includes(`container ${id}: cannot be killed no signal reaches it`))
  runtime.stop = stopping
})
