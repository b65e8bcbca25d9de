import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job } from '#api/batch/job/message.ts'
import { jobs } from '#api/batch/job/resource.ts'
import { events } from '#api/core/event/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isLeaving } from '#objects/deletion.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'
import { makeJob } from '../testing/job.ts'
import { TRACKING } from './desired-facts.ts'

const scope = { namespace: 'default' }
const INDEX = 'batch.kubernetes.io/job-completion-index'

const start = async (spec: Partial<NonNullable<Job['spec']>> = {}) => {
  const cluster = await startCluster({ nodes: 2, only: ['job', 'scheduler', 'garbage-collector'] })
  const job = await cluster.client.create(jobs, makeJob('work', spec))
  await cluster.settle()
  return { cluster, job }
}

const jobOf = (cluster: TestCluster) => cluster.client.get(jobs, 'work', scope)
const statusOf = async (cluster: TestCluster) => (await jobOf(cluster)).status
const atWork = (cluster: TestCluster): Pod[] =>
  cluster.client
    .all(pods)
    .filter((pod) => !isLeaving(pod) && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''))
const indexes = (all: readonly Pod[]) => all.map(({ metadata }) => metadata?.annotations?.[INDEX]).sort()

const end = async (cluster: TestCluster, pod: Pod, exitCode = 0, more: Partial<Pod['status']> = {}) => {
  const current = await cluster.client.get(pods, pod.metadata!.name!, scope)
  const at = timeText(cluster.clock.now())
  const status = {
    ...current.status,
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ name: 'c', state: { terminated: { exitCode, finishedAt: at } } }],
    ...more,
  } as Pod['status']
  await cluster.client.update(pods, { ...current, status }, { ...scope, subresource: 'status' })
}

const conditionsOf = async (cluster: TestCluster) =>
  (await statusOf(cluster))?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])

const told = (cluster: TestCluster) =>
  cluster.client
    .all(events)
    .filter(({ source }) => source?.component === 'job-controller')
    .map(({ type, reason, message }) => `${type === 'Warning' ? '' : `${type} `}${reason}: ${message}`)

test('a Job runs as many pods as it asks for, some at a time, and is complete when as many have succeeded', async () => {
  const { cluster } = await start({ completions: 3, parallelism: 2 })
  assert.equal(atWork(cluster).length, 2)
  assert.equal((await statusOf(cluster))?.active, 2)
  for (const pod of atWork(cluster)) {
    assert.deepEqual(pod.metadata?.finalizers, [TRACKING])
    assert.match(pod.metadata?.name ?? '', /^work-/)
  }
  for (const pod of atWork(cluster)) await end(cluster, pod)
  await cluster.settle()
  const status = await statusOf(cluster)
  assert.deepEqual([status?.active, status?.succeeded, status?.ready], [1, 2, 0])
  assert.equal(status?.completionTime, undefined)
  cluster.clock.advance(5000)
  await end(cluster, atWork(cluster)[0]!)
  await cluster.settle()
  const last = await statusOf(cluster)
  assert.deepEqual([last?.active, last?.succeeded, last?.terminating, last?.failed], [undefined, 3, 0, undefined])
  assert.deepEqual(last?.uncountedTerminatedPods, { succeeded: [], failed: [] })
  const words = ['True', 'CompletionsReached', 'Reached expected number of succeeded pods']
  assert.deepEqual(await conditionsOf(cluster), [
    ['SuccessCriteriaMet', ...words],
    ['Complete', ...words],
  ])
  assert.equal(last?.startTime, '2026-01-01T00:00:00Z')
  assert.equal(last?.completionTime, '2026-01-01T00:00:05Z')
  assert.deepEqual(
    cluster.client.all(pods).flatMap(({ metadata }) => metadata?.finalizers ?? []),
    [],
  )
  assert.ok(told(cluster).includes('Normal Completed: Job completed'))
  cluster.stop()
})

test('each end is written down before its pod may go, and counted once, wherever the controller is cut off', async () => {
  let broken: 'patch' | 'update' | undefined
  let allowed = 0
  const cluster = await startCluster({
    nodes: 1,
    only: ['job', 'scheduler'],
    fake: {
      fault: (verb, { plural }) =>
        verb === broken && (plural === 'jobs' || plural === 'pods') && allowed-- <= 0 ? new Error('cut') : undefined,
    },
  })
  await cluster.client.create(jobs, makeJob('work', { completions: 2, parallelism: 2 }))
  await cluster.settle()
  const two = atWork(cluster)
  for (const pod of two) await end(cluster, pod)
  broken = 'patch'
  allowed = 1
  await cluster.settle()
  broken = undefined
  await cluster.restart()
  cluster.clock.advance(20_000)
  await cluster.settle()
  assert.equal((await statusOf(cluster))?.succeeded, 2)
  assert.equal((await conditionsOf(cluster))?.length, 2)
  cluster.stop()
})

test('failed pods are replaced, later each time, until the limit is passed; then the rest ends and the Job has failed', async () => {
  const { cluster } = await start({ completions: 2, parallelism: 2, backoffLimit: 1 })
  await end(cluster, atWork(cluster)[0]!, 1)
  await cluster.settle()
  assert.equal(atWork(cluster).length, 1)
  assert.equal((await statusOf(cluster))?.failed, 1)
  cluster.clock.advance(9000)
  await cluster.settle()
  assert.equal(atWork(cluster).length, 1)
  cluster.clock.advance(1000)
  await cluster.settle()
  assert.equal(atWork(cluster).length, 2)
  await end(cluster, atWork(cluster)[0]!, 1)
  await cluster.settle()
  const words = ['True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit']
  assert.deepEqual(await conditionsOf(cluster), [['FailureTarget', ...words]])
  assert.equal((await statusOf(cluster))?.terminating, 1)
  await cluster.converge()
  assert.deepEqual(await conditionsOf(cluster), [
    ['FailureTarget', ...words],
    ['Failed', ...words],
  ])
  const status = await statusOf(cluster)
  assert.deepEqual([status?.failed, status?.active, status?.completionTime], [3, undefined, undefined])
  assert.ok(told(cluster).includes('BackoffLimitExceeded: Job has reached the specified backoff limit'))
  assert.equal(cluster.client.all(pods).filter((pod) => pod.status?.phase === 'Failed').length, 2)
  cluster.stop()
})

test('containers that are started again count towards the limit where pods are kept', async () => {
  const template = { ...makeJob('work').spec!.template }
  const { cluster } = await start({
    backoffLimit: 2,
    template: { ...template, spec: { ...template.spec!, restartPolicy: 'OnFailure' } },
  })
  const [pod] = atWork(cluster)
  const status = (restartCount: number) =>
    ({ phase: 'Running', containerStatuses: [{ name: 'c', restartCount }] }) as unknown as Pod['status']
  await cluster.client.update(pods, { ...pod!, status: status(1) }, { ...scope, subresource: 'status' })
  await cluster.settle()
  assert.equal((await statusOf(cluster))?.active, 1)
  const current = await cluster.client.get(pods, pod!.metadata!.name!, scope)
  await cluster.client.update(pods, { ...current, status: status(2) }, { ...scope, subresource: 'status' })
  await cluster.settle()
  assert.equal((await conditionsOf(cluster))?.[0]?.[2], 'BackoffLimitExceeded')
  cluster.stop()
})

test('a Job that takes longer than it may fails, and its pods end', async () => {
  const { cluster } = await start({ activeDeadlineSeconds: 30 })
  cluster.clock.advance(29_000)
  await cluster.settle()
  assert.equal(atWork(cluster).length, 1)
  cluster.clock.advance(1000)
  await cluster.converge()
  const words = ['True', 'DeadlineExceeded', 'Job was active longer than specified deadline']
  assert.deepEqual(await conditionsOf(cluster), [
    ['FailureTarget', ...words],
    ['Failed', ...words],
  ])
  assert.deepEqual(cluster.client.all(pods), [])
  cluster.stop()
})

test('an indexed Job gives each index a pod that knows it, and says which have succeeded', async () => {
  const { cluster } = await start({ completions: 4, parallelism: 3, completionMode: 'Indexed' })
  assert.deepEqual(indexes(atWork(cluster)), ['0', '1', '2'])
  const one = atWork(cluster).find(({ metadata }) => metadata?.annotations?.[INDEX] === '1')!
  assert.equal(one.spec?.hostname, 'work-1')
  assert.match(one.metadata!.name!, /^work-1-/)
  assert.equal(one.metadata?.labels?.[INDEX], '1')
  assert.deepEqual(one.spec?.containers?.[0]?.env, [
    { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } },
  ])
  for (const pod of atWork(cluster)) if (pod !== one) await end(cluster, pod)
  await cluster.settle()
  assert.equal((await statusOf(cluster))?.completedIndexes, '0,2')
  assert.deepEqual(indexes(atWork(cluster)), ['1', '3'])
  for (const pod of atWork(cluster)) await end(cluster, pod)
  await cluster.settle()
  const status = await statusOf(cluster)
  assert.deepEqual([status?.completedIndexes, status?.succeeded], ['0-3', 4])
  assert.equal((await conditionsOf(cluster))?.at(-1)?.[0], 'Complete')
  cluster.stop()
})

test('with a limit per index an index fails alone, and the Job when all have come to their end', async () => {
  const { cluster } = await start({
    completions: 2,
    parallelism: 2,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 1,
  })
  const failure = async () => {
    const pod = atWork(cluster).find(({ metadata }) => metadata?.annotations?.[INDEX] === '0')!
    await end(cluster, pod, 1)
    await cluster.settle()
    return pod.metadata?.annotations?.['batch.kubernetes.io/job-index-failure-count']
  }
  assert.equal(await failure(), '0')
  assert.equal(atWork(cluster).length, 1)
  // Whom nobody follows yet tells how often the index has failed.
  assert.equal(cluster.client.all(pods).filter(({ metadata }) => metadata?.finalizers).length, 2)
  cluster.clock.advance(10_000)
  await cluster.settle()
  assert.equal(await failure(), '1')
  assert.equal((await statusOf(cluster))?.failedIndexes, '0')
  await end(cluster, atWork(cluster)[0]!)
  await cluster.settle()
  const words = ['True', 'FailedIndexes', 'Job has failed indexes']
  assert.deepEqual(await conditionsOf(cluster), [
    ['FailureTarget', ...words],
    ['Failed', ...words],
  ])
  const status = await statusOf(cluster)
  assert.deepEqual([status?.completedIndexes, status?.failedIndexes, status?.failed], ['1', '0', 2])
  cluster.stop()
})

test('more failed indexes than may be end the Job', async () => {
  const { cluster } = await start({
    completions: 3,
    parallelism: 3,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 0,
    maxFailedIndexes: 1,
  })
  for (const pod of atWork(cluster).slice(0, 2)) await end(cluster, pod, 1)
  await cluster.converge()
  assert.deepEqual((await conditionsOf(cluster))?.at(-1), [
    'Failed',
    'True',
    'MaxFailedIndexesExceeded',
    'Job has exceeded the specified maximal number of failed indexes',
  ])
  cluster.stop()
})

test('what a failure means is for the policy to say: nothing, the end of its index, or the end of the Job', async () => {
  const policy = {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [42] } },
    ],
  } as const
  const { cluster } = await start({ backoffLimit: 0, podFailurePolicy: policy })
  const conditions = [{ type: 'DisruptionTarget', status: 'True' }]
  await end(cluster, atWork(cluster)[0]!, 1, { conditions } as Partial<Pod['status']>)
  await cluster.settle()
  assert.equal((await statusOf(cluster))?.failed, undefined)
  cluster.clock.advance(10_000)
  await cluster.settle()
  const name = atWork(cluster)[0]!.metadata!.name!
  await end(cluster, atWork(cluster)[0]!, 42)
  await cluster.settle()
  assert.deepEqual((await conditionsOf(cluster))?.at(-1), [
    'Failed',
    'True',
    'PodFailurePolicy',
    `Container c for pod default/${name} failed with exit code 42 matching FailJob rule at index 1`,
  ])
  cluster.stop()
})

test('a success policy ends the Job when enough of its indexes have succeeded, and what still runs is not a failure', async () => {
  const { cluster } = await start({
    completions: 3,
    parallelism: 3,
    completionMode: 'Indexed',
    successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
  })
  const one = atWork(cluster).find(({ metadata }) => metadata?.annotations?.[INDEX] === '1')!
  await end(cluster, one)
  await cluster.converge()
  const words = ['True', 'SuccessPolicy', 'Matched rules at index 0']
  assert.deepEqual(await conditionsOf(cluster), [
    ['SuccessCriteriaMet', ...words],
    ['Complete', ...words],
  ])
  const status = await statusOf(cluster)
  assert.deepEqual([status?.succeeded, status?.failed, status?.completedIndexes], [1, undefined, '1'])
  cluster.stop()
})

test('a suspended Job has no pods; resumed it starts anew', async () => {
  const { cluster } = await start({ suspend: true })
  assert.deepEqual(cluster.client.all(pods), [])
  assert.deepEqual(await conditionsOf(cluster), [['Suspended', 'True', 'JobSuspended', 'Job suspended']])
  assert.equal((await statusOf(cluster))?.startTime, undefined)
  cluster.clock.advance(7000)
  await cluster.client.patch(jobs, 'work', 'merge', { spec: { suspend: false } }, scope)
  await cluster.settle()
  assert.deepEqual(await conditionsOf(cluster), [['Suspended', 'False', 'JobResumed', 'Job resumed']])
  assert.equal((await statusOf(cluster))?.startTime, '2026-01-01T00:00:07Z')
  await cluster.client.patch(jobs, 'work', 'merge', { spec: { suspend: true } }, scope)
  await cluster.converge()
  const status = await statusOf(cluster)
  assert.deepEqual([cluster.client.all(pods).length, status?.failed, status?.active], [0, undefined, undefined])
  assert.equal(status?.startTime, undefined)
  const words = told(cluster).filter((line) => /Suspended|Resumed/.test(line))
  assert.deepEqual(words, ['Normal Suspended: Job suspended', 'Normal Resumed: Job resumed'])
  cluster.stop()
})

test('fewer parallel pods end the surplus without counting it', async () => {
  const { cluster } = await start({ completions: 5, parallelism: 4 })
  await cluster.client.patch(jobs, 'work', 'merge', { spec: { parallelism: 1 } }, scope)
  await cluster.converge()
  const status = await statusOf(cluster)
  assert.deepEqual([atWork(cluster).length, status?.active, status?.failed], [1, 1, undefined])
  const deleted = told(cluster).filter((line) => /^Normal SuccessfulDelete: Deleted pod: work-/.test(line))
  assert.equal(new Set(deleted).size, 3)
  cluster.stop()
})

test('a pod that is told to end is replaced at once, or where the Job says so when it has ended', async () => {
  for (const podReplacementPolicy of ['TerminatingOrFailed', 'Failed'] as const) {
    const { cluster } = await start({ podReplacementPolicy, backoffLimit: 9 })
    await cluster.client.delete(pods, atWork(cluster)[0]!.metadata!.name!, scope)
    await cluster.settle()
    cluster.clock.advance(10_000)
    await cluster.settle()
    const isNow = podReplacementPolicy === 'TerminatingOrFailed'
    assert.equal(atWork(cluster).length, isNow ? 1 : 0, podReplacementPolicy)
    assert.equal((await statusOf(cluster))?.terminating, 1)
    if (!isNow) {
      await end(cluster, cluster.client.all(pods)[0]!, 137)
      await cluster.settle()
      cluster.clock.advance(10_000)
      await cluster.settle()
      assert.equal(atWork(cluster).length, 1)
    }
    assert.equal((await statusOf(cluster))?.failed, 1)
    cluster.stop()
  }
})

test('without a number of completions one success is enough, once nobody works any more', async () => {
  const { cluster } = await start({ parallelism: 2 })
  const [first, second] = atWork(cluster)
  await end(cluster, first!)
  await cluster.settle()
  assert.equal(atWork(cluster).length, 1)
  assert.deepEqual(await conditionsOf(cluster), [])
  await end(cluster, second!)
  await cluster.settle()
  assert.equal((await conditionsOf(cluster))?.at(-1)?.[0], 'Complete')
  assert.equal((await statusOf(cluster))?.succeeded, 2)
  cluster.stop()
})

test('pods are adopted with the finalizer, let go without it, and freed when their Job is gone', async () => {
  const { cluster, job } = await start()
  const [own] = atWork(cluster)
  await cluster.client.patch(pods, own!.metadata!.name!, 'merge', { metadata: { labels: { 'job-name': 'x' } } }, scope)
  await cluster.settle()
  const released = await cluster.client.get(pods, own!.metadata!.name!, scope)
  assert.deepEqual([released.metadata?.ownerReferences ?? [], released.metadata?.finalizers ?? []], [[], []])
  assert.equal(atWork(cluster).length, 2)
  await cluster.client.patch(
    pods,
    own!.metadata!.name!,
    'merge',
    { metadata: { labels: { 'job-name': 'work' } } },
    scope,
  )
  await cluster.settle()
  assert.equal(atWork(cluster).length, 1)
  const [left] = atWork(cluster)
  assert.deepEqual(left?.metadata?.finalizers, [TRACKING])
  assert.equal(left?.metadata?.ownerReferences?.[0]?.uid, job.metadata?.uid)
  await cluster.client.delete(jobs, 'work', { ...scope, propagationPolicy: 'Background' })
  await cluster.converge()
  assert.deepEqual(cluster.client.all(pods), [])
  cluster.stop()
})

test('deleted in the foreground a Job goes after its pods, and orphaned pods lose the finalizer', async () => {
  for (const propagationPolicy of ['Foreground', 'Orphan'] as const) {
    const { cluster } = await start()
    await cluster.client.delete(jobs, 'work', { ...scope, propagationPolicy })
    await cluster.converge()
    assert.deepEqual(cluster.client.all(jobs), [])
    const left = cluster.client.all(pods)
    assert.equal(left.length, propagationPolicy === 'Orphan' ? 1 : 0)
    assert.deepEqual(
      left.flatMap(({ metadata }) => metadata?.finalizers ?? []),
      [],
    )
    cluster.stop()
  }
})

test('a Job that somebody else manages is left alone', async () => {
  const { cluster } = await start({ managedBy: 'lab.example/other' })
  assert.deepEqual(cluster.client.all(pods), [])
  assert.equal(await statusOf(cluster), undefined)
  cluster.stop()
})
