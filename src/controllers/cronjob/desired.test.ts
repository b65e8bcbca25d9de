import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CronJob } from '#api/batch/cronjob/message.ts'
import type { Job } from '#api/batch/job/message.ts'
import { accountFor, referenceTo, surplusJobs } from './desired-active.ts'
import { makeScheduledJob } from './desired-job.ts'
import { lookAtTimes, type Next, timesOf } from './desired-schedule.ts'

const cronJob = (schedule: string, timeZone?: string, more: Partial<CronJob> = {}): CronJob =>
  ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { schedule, ...(timeZone ? { timeZone } : {}), jobTemplate: {} },
    ...more,
  }) as CronJob

const nextOf = (schedule: string, timeZone?: string): Next => {
  const times = timesOf(cronJob(schedule, timeZone))
  assert.ok('next' in times)
  return times.next
}

const after = (schedule: string, from: string, count = 1, timeZone?: string): readonly string[] => {
  const next = nextOf(schedule, timeZone)
  const found: string[] = []
  for (let at = next(Date.parse(from)); at !== undefined && found.length < count; at = next(at))
    found.push(new Date(at).toISOString().slice(0, 16))
  return found
}

test('the next time is the first minute that fits all fields', () => {
  assert.deepEqual(after('*/20 * * * *', '2026-01-01T00:19:30Z', 3), [
    '2026-01-01T00:20',
    '2026-01-01T00:40',
    '2026-01-01T01:00',
  ])
  assert.deepEqual(after('5 4 * * *', '2026-01-31T04:05:00Z'), ['2026-02-01T04:05'])
  assert.deepEqual(after('0 0 29 2 *', '2026-01-01T00:00:00Z'), ['2028-02-29T00:00'])
  assert.deepEqual(after('30 8-9 * * 1-5', '2026-01-02T09:30:00Z'), ['2026-01-05T08:30'])
  assert.deepEqual(after('@yearly', '2026-01-01T00:00:00Z'), ['2027-01-01T00:00'])
  assert.deepEqual(after('59 23 31 12 *', '2026-12-31T23:58:59Z'), ['2026-12-31T23:59'])
})

test('a day is chosen by either field where both choose days, and by both where one takes any', () => {
  assert.deepEqual(after('0 0 13 * 5', '2026-01-01T00:00:00Z', 3), [
    '2026-01-02T00:00',
    '2026-01-09T00:00',
    '2026-01-13T00:00',
  ])
  assert.deepEqual(after('0 0 * * 5', '2026-01-02T00:00:00Z'), ['2026-01-09T00:00'])
})

test('a day that never comes has no next time', () => {
  assert.deepEqual(after('0 0 31 2 *', '2026-01-01T00:00:00Z'), [])
})

test('a day is that of the time zone, whose months and years are its own', () => {
  assert.deepEqual(after('0 0 1 3 *', '2026-01-01T00:00:00Z', 1, 'Asia/Tokyo'), ['2026-02-28T15:00'])
  assert.deepEqual(after('30 23 31 12 *', '2026-01-01T00:00:00Z', 1, 'America/New_York'), ['2026-01-01T04:30'])
})

test('clocks of a time zone decide: what they leap over is left out, and what they show twice comes twice', () => {
  assert.deepEqual(after('0 9 * * *', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin'), [
    '2026-03-28T08:00',
    '2026-03-29T07:00',
  ])
  assert.deepEqual(after('30 2 * * *', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin'), [
    '2026-03-28T01:30',
    '2026-03-30T00:30',
  ])
  assert.deepEqual(after('30 2 * * *', '2026-10-24T12:00:00Z', 2, 'Europe/Berlin'), [
    '2026-10-25T00:30',
    '2026-10-25T01:30',
  ])
  assert.deepEqual(after('0 0 * * *', '2018-11-03T12:00:00Z', 2, 'America/Sao_Paulo'), [
    '2018-11-05T02:00',
    '2018-11-06T02:00',
  ])
  assert.deepEqual(after('TZ=Asia/Kolkata 0 0 * * *', '2026-01-01T00:00:00Z'), ['2026-01-01T18:30'])
})

test('@every counts whole seconds', () => {
  assert.equal(nextOf('@every 1h30m')(1500), 1000 + 5_400_000)
})

test('what cannot be read is told', () => {
  const remark = (schedule: string, timeZone?: string) => {
    const times = timesOf(cronJob(schedule, timeZone))
    return 'remark' in times ? [times.remark.reason, times.remark.message] : []
  }
  assert.deepEqual(remark('* * * * *', 'Mars/Olympus'), [
    'UnknownTimeZone',
    'invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus',
  ])
  assert.equal(remark('61 * * * *')[0], 'UnparseableSchedule')
})

test('the last time that has come is due, whatever was missed before; many missed are told', () => {
  const look = (schedule: string, now: string, more: Partial<CronJob> = {}) => {
    const { scheduled, dueIn, remark } = lookAtTimes(
      cronJob(schedule, undefined, more),
      nextOf(schedule),
      Date.parse(now),
    )
    return [scheduled && new Date(scheduled).toISOString().slice(0, 16), dueIn, remark?.reason]
  }
  assert.deepEqual(look('*/5 * * * *', '2026-01-01T00:04:59Z'), [undefined, 1100, undefined])
  assert.deepEqual(look('*/5 * * * *', '2026-01-01T00:05:00Z'), ['2026-01-01T00:05', 300_100, undefined])
  assert.deepEqual(look('*/5 * * * *', '2026-01-01T01:12:00Z'), ['2026-01-01T01:10', 180_100, undefined])
  assert.deepEqual(look('* * * * *', '2026-01-01T01:40:30Z')[2], undefined)
  assert.deepEqual(look('* * * * *', '2026-01-01T01:41:30Z'), ['2026-01-01T01:41', 30_100, 'TooManyMissedTimes'])
  // Far apart but for two: the second of the last pair is found.
  assert.deepEqual(look('0,1 0 * * *', '2026-01-09T12:00:00Z')[0], '2026-01-09T00:01')
  const spec = { schedule: '* * * * *', startingDeadlineSeconds: 90, jobTemplate: {} } as CronJob['spec']
  assert.deepEqual(look('* * * * *', '2026-01-01T05:00:30Z', { spec }), ['2026-01-01T05:00', 30_100, undefined])
  const status = { lastScheduleTime: '2026-01-01T00:10:00Z' }
  assert.deepEqual(look('*/5 * * * *', '2026-01-01T00:12:00Z', { status })[0], undefined)
})

test('a Job is named by its time, and annotated with it as the time zone shows it', () => {
  const at = Date.parse('2026-07-01T10:00:00Z')
  const made = makeScheduledJob(cronJob('0 12 * * *', 'Europe/Berlin'), at)
  assert.equal(made.metadata?.name, `c-${at / 60_000}`)
  const text = (timeZone?: string) =>
    makeScheduledJob(cronJob('* * * * *', timeZone), at).metadata?.annotations?.[
      'batch.kubernetes.io/cronjob-scheduled-timestamp'
    ]
  assert.deepEqual(
    [text(), text('Europe/Berlin'), text('America/St_Johns')],
    ['2026-07-01T10:00:00Z', '2026-07-01T12:00:00+02:00', '2026-07-01T07:30:00-02:30'],
  )
})

/** A Job that has ended so, or still runs. */
const jobOf = (name: string, end?: string, status: object = {}): Job =>
  ({
    metadata: { name, namespace: 'n', uid: `u-${name}` },
    status: { ...(end && { conditions: [{ type: end, status: 'True' }] }), ...status },
  }) as Job
const namesOf = (jobs: readonly { readonly metadata?: { readonly name?: string } }[]) =>
  jobs.map(({ metadata }) => metadata?.name)

test('a status names the Jobs that run, and who is in it and who is not is told apart', () => {
  const gone = referenceTo(jobOf('gone'))
  assert.deepEqual(JSON.parse(JSON.stringify(gone)), {
    apiVersion: 'batch/v1',
    kind: 'Job',
    namespace: 'n',
    name: 'gone',
    uid: 'u-gone',
  })
  const jobs = [
    jobOf('runs'),
    jobOf('won', 'Complete', { completionTime: '2026-01-01T00:03:00Z' }),
    jobOf('lost', 'Failed'),
    jobOf('stray'),
    jobOf('old', 'Complete', { completionTime: '2026-01-01T00:01:00Z' }),
    jobOf('held', 'Suspended'),
  ]
  const active = [...['runs', 'won', 'lost'].map((name) => referenceTo(jobOf(name))), gone]
  const lastScheduleTime = '2026-01-01T00:02:00Z'
  const account = accountFor(cronJob('@daily', undefined, { status: { active, lastScheduleTime } }), jobs)
  assert.deepEqual(account.status, {
    ...{ lastScheduleTime, lastSuccessfulTime: '2026-01-01T00:03:00Z' },
    active: [active[0], gone],
  })
  assert.deepEqual(
    account.remarks,
    ['won, condition: Complete', 'lost, condition: Failed'].map((what) => ({
      type: 'Normal',
      reason: 'SawCompletedJob',
      message: `Saw completed job: ${what}`,
    })),
  )
  assert.deepEqual([namesOf(account.strays), account.missing], [['stray', 'held'], [gone]])
  const later = { lastSuccessfulTime: '2026-01-02T00:00:00Z' }
  const kept = accountFor(cronJob('@daily', undefined, { status: later }), jobs)
  assert.deepEqual(kept.status, { ...later, active: [] })
  const none = accountFor(cronJob('@daily'), [])
  assert.deepEqual(none, {
    status: { active: [], lastSuccessfulTime: undefined },
    remarks: [],
    strays: [],
    missing: [],
  })
})

test('of finished Jobs so many of each kind are kept, those that began last', () => {
  const began = (minute: number) => ({ startTime: `2026-01-01T00:0${minute}:00Z` })
  const jobs = [
    jobOf('c3', 'Complete', began(3)),
    jobOf('c1', 'Complete', began(1)),
    jobOf('c2b', 'Complete', began(2)),
    jobOf('c2a', 'Complete', began(2)),
    jobOf('f1', 'Failed', began(1)),
    jobOf('f0', 'Failed'),
    jobOf('runs'),
  ]
  const surplus = (successfulJobsHistoryLimit?: number, failedJobsHistoryLimit?: number) =>
    namesOf(
      surplusJobs({ spec: { schedule: '', successfulJobsHistoryLimit, failedJobsHistoryLimit } } as CronJob, jobs),
    )
  assert.deepEqual(surplus(), [])
  assert.deepEqual(surplus(1, 1), ['c1', 'c2a', 'c2b', 'f1'])
  assert.deepEqual(surplus(0, 0), ['c1', 'c2a', 'c2b', 'c3', 'f1', 'f0'])
  assert.deepEqual(surplus(4, 5), [])
  assert.deepEqual(surplus(3), ['c1'])
})
