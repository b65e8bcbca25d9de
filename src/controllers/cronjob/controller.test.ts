import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CronJob } from '#api/batch/cronjob/message.ts'
import { cronJobs } from '#api/batch/cronjob/resource.ts'
import { jobs } from '#api/batch/job/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { timeText } from '#api/time-text.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'
import { makeJob } from '../testing/job.ts'

const scope = { namespace: 'default' }
const MINUTE = 60_000

const start = async (spec: Partial<NonNullable<CronJob['spec']>> = {}) => {
  const cluster = await startCluster({ only: ['cronjob'] })
  await cluster.client.create(cronJobs, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: makeJob('x').spec },
      ...spec,
    },
  } as CronJob)
  await cluster.settle()
  return cluster
}

/** Goes on so far, as far as timers go: a tenth of a second late. */
const pass = async (cluster: TestCluster, ms: number) => {
  cluster.clock.advance(ms)
  await cluster.settle()
}

const statusOf = async (cluster: TestCluster) => (await cluster.client.get(cronJobs, 'tick', scope)).status
const names = (cluster: TestCluster) => cluster.client.all(jobs).map(({ metadata }) => metadata?.name)
const told = (cluster: TestCluster) => cluster.client.all(events).map(({ reason, message }) => `${reason}: ${message}`)

const finish = async (cluster: TestCluster, name: string, type = 'Complete') => {
  const job = await cluster.client.get(jobs, name, scope)
  const at = timeText(cluster.clock.now())
  const conditions = [{ type, status: 'True' }]
  const status = { startTime: at, conditions, ...(type === 'Complete' ? { completionTime: at } : {}) }
  await cluster.client.update(jobs, { ...job, status }, { ...scope, subresource: 'status' })
  await cluster.settle()
}

/** Of the minutes after the beginning. */
const jobAt = (minute: number) => `tick-${Date.parse('2026-01-01T00:00:00Z') / MINUTE + minute}`

test('a CronJob makes a Job at each of its times, knows those that run, and when one succeeded last', async () => {
  const cluster = await start()
  assert.deepEqual(names(cluster), [])
  await pass(cluster, MINUTE + 100)
  assert.deepEqual(names(cluster), [jobAt(1)])
  const [job] = cluster.client.all(jobs)
  assert.deepEqual(job?.metadata?.labels, { app: 'tick' })
  assert.equal(job?.metadata?.ownerReferences?.[0]?.kind, 'CronJob')
  const status = await statusOf(cluster)
  assert.deepEqual(
    status?.active?.map(({ kind, name, uid }) => [kind, name, uid]),
    [['Job', jobAt(1), job?.metadata?.uid]],
  )
  assert.equal(status?.lastScheduleTime, '2026-01-01T00:01:00Z')
  await finish(cluster, jobAt(1))
  const sources = cluster.client.all(events).map(({ type, source }) => `${type} ${source?.component}`)
  assert.deepEqual([...new Set(sources)], ['Normal cronjob-controller'])
  assert.deepEqual((await statusOf(cluster))?.active, [])
  assert.equal((await statusOf(cluster))?.lastSuccessfulTime, '2026-01-01T00:01:00Z')
  await pass(cluster, MINUTE)
  assert.deepEqual(names(cluster), [jobAt(1), jobAt(2)])
  assert.deepEqual(told(cluster), [
    `SuccessfulCreate: Created job ${jobAt(1)}`,
    `SawCompletedJob: Saw completed job: ${jobAt(1)}, condition: Complete`,
    `SuccessfulCreate: Created job ${jobAt(2)}`,
  ])
  cluster.stop()
})

test('while a Job runs, Allow makes another, Forbid none, and Replace another in its place', async () => {
  for (const [concurrencyPolicy, left] of [
    ['Allow', [jobAt(1), jobAt(2)]],
    ['Forbid', [jobAt(1)]],
    ['Replace', [jobAt(2)]],
  ] as const) {
    const cluster = await start({ concurrencyPolicy })
    await pass(cluster, MINUTE + 100)
    await pass(cluster, MINUTE)
    assert.deepEqual(names(cluster), left, concurrencyPolicy)
    assert.deepEqual(
      (await statusOf(cluster))?.active?.map(({ name }) => name),
      left,
    )
    if (concurrencyPolicy === 'Forbid') {
      const text = 'Not starting job because prior execution is running and concurrency policy is Forbid'
      assert.ok(told(cluster).includes(`JobAlreadyActive: ${text}`))
      await finish(cluster, jobAt(1))
      assert.deepEqual(names(cluster), [jobAt(1), jobAt(2)], 'made late, when nobody forbids it any more')
    }
    cluster.stop()
  }
})

test('a time that is missed by more than the deadline is left out, and told', async () => {
  const cluster = await start({ schedule: '0 * * * *', startingDeadlineSeconds: 20, concurrencyPolicy: 'Forbid' })
  cluster.clock.sleep(60 * MINUTE + 30_000)
  await cluster.settle()
  assert.deepEqual(names(cluster), [])
  await pass(cluster, 60 * MINUTE - 29_900)
  assert.equal(names(cluster).length, 1)
  cluster.stop()
})

test('a suspended CronJob makes nothing, and one whose schedule changes makes nothing of times that have passed', async () => {
  const cluster = await start({ suspend: true })
  await pass(cluster, 5 * MINUTE)
  assert.deepEqual(names(cluster), [])
  await cluster.client.patch(cronJobs, 'tick', 'merge', { spec: { suspend: false, schedule: '*/2 * * * *' } }, scope)
  await cluster.settle()
  assert.deepEqual(names(cluster), [])
  await pass(cluster, MINUTE + 100)
  assert.deepEqual(names(cluster), [jobAt(6)])
  cluster.stop()
})

test('as many finished Jobs are kept as it says, of each kind, the newest', async () => {
  const cluster = await start({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 })
  await pass(cluster, 100)
  for (let minute = 1; minute <= 4; minute++) {
    await pass(cluster, MINUTE)
    await finish(cluster, jobAt(minute), minute % 2 === 0 ? 'Failed' : 'Complete')
  }
  assert.deepEqual(names(cluster), [jobAt(3), jobAt(4)])
  assert.ok(told(cluster).includes(`SuccessfulDelete: Deleted job ${jobAt(1)}`))
  cluster.stop()
})

test('a Job that somebody deletes is missed, one that is there already is taken for its own, and a restart makes none twice', async () => {
  const cluster = await start()
  await pass(cluster, MINUTE + 100)
  await cluster.restart()
  await cluster.settle()
  assert.deepEqual(names(cluster), [jobAt(1)])
  await cluster.client.delete(jobs, jobAt(1), scope)
  await cluster.settle()
  assert.deepEqual((await statusOf(cluster))?.active, [])
  assert.ok(told(cluster).includes(`MissingJob: Active job went missing: ${jobAt(1)}`))
  const current = await cluster.client.get(cronJobs, 'tick', scope)
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: current.metadata!.uid!, controller: true }
  const adopted = makeJob(jobAt(2))
  await cluster.client.create(jobs, { ...adopted, metadata: { ...adopted.metadata, ownerReferences: [owner] } })
  await cluster.settle()
  const text = `Saw a job that the controller did not create or forgot: ${jobAt(2)}`
  assert.ok(told(cluster).includes(`UnexpectedJob: ${text}`))
  await pass(cluster, MINUTE)
  assert.deepEqual(
    (await statusOf(cluster))?.active?.map(({ name }) => name),
    [jobAt(2)],
  )
  cluster.stop()
})
