import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, kindOf, refusals, refusedChange, refusedStatus } from '#api/testing/refusals.ts'

const cronJob = (spec: object = {}, job: object = {}, name = 'tick'): any => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'i' }] } }, ...job },
    },
    ...spec,
  },
})

test('a CronJob allows Jobs beside one another and keeps three that succeeded and one that failed', () => {
  const { spec } = created(cronJob()) as any
  const { jobTemplate, ...rest } = spec
  assert.deepEqual(rest, {
    schedule: '*/5 * * * *',
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  })
  // A Job's own defaults come when it is made.
  assert.deepEqual(Object.keys(jobTemplate.spec), ['template'])
  assert.equal(jobTemplate.spec.template.spec.terminationGracePeriodSeconds, 30)
  const none = { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0, suspend: true, concurrencyPolicy: 'Forbid' }
  const { jobTemplate: _, ...kept } = (created(cronJob(none)) as any).spec
  assert.deepEqual(kept, { schedule: '*/5 * * * *', ...none })
})

test('a CronJob says when, on whose clock, and what', () => {
  assert.deepEqual(refusals(cronJob({ timeZone: 'Europe/Berlin', startingDeadlineSeconds: 0 })), [])
  const restart =
    'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
  const bare = { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } }
  assert.deepEqual(refusals(cronJob({ schedule: 'now', timeZone: 'Mars', concurrencyPolicy: 'Maybe' }, bare)), [
    'spec.schedule: Invalid value: "now": expected exactly 5 fields, found 1: [now]',
    'spec.timeZone: Invalid value: "Mars": unknown time zone Mars',
    'spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"',
    restart,
  ])
  const negative = 'Invalid value: -1: must be greater than or equal to 0'
  const numbers = ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']
  assert.deepEqual(
    refusals(cronJob(Object.fromEntries(numbers.map((name) => [name, -1])))),
    numbers.map((name) => `spec.${name}: ${negative}`),
  )
  assert.deepEqual(refusals(cronJob({ schedule: '' })), ['spec.schedule: Required value'])
  assert.deepEqual(refusals(cronJob({}, { parallelism: -1, selector: {}, manualSelector: true })), [
    `spec.jobTemplate.spec.parallelism: ${negative}`,
    'spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated',
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ])
})

test('Jobs have names of eleven characters more', () => {
  assert.deepEqual(refusals(cronJob({}, {}, 'x'.repeat(52))), [])
  const name = 'x'.repeat(53)
  assert.deepEqual(refusals(cronJob({}, {}, name)), [
    `metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
  ])
})

test('a time zone is one of the tz database, by its own name', () => {
  const of = (timeZone: string) => refusals(cronJob({ timeZone }))[0]?.split(`Invalid value: "${timeZone}": `)[1]
  for (const zone of ['UTC', 'Etc/UTC', 'Asia/Calcutta', 'America/Argentina/Salta', 'Etc/GMT+5'])
    assert.equal(of(zone), undefined)
  assert.equal(of(''), 'timeZone must be nil or non-empty string')
  for (const zone of ['europe/berlin', '+01:00', '+0100', '../UTC', 'Europe//Berlin', '-', 'Nowhere'])
    assert.equal(of(zone), `unknown time zone ${zone}`)
  assert.equal(of('local'), 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
})

test('a time zone in the schedule is taken from those alone that had one before', () => {
  const schedule = 'TZ=UTC 0 * * * *'
  const use = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
  assert.deepEqual(refusals(cronJob({ schedule })), [`spec.schedule: Invalid value: "${schedule}": ${use}`])
  const far = 'TZ=Mars 0 * * * *'
  assert.deepEqual(
    refusals(cronJob({ schedule: far }))[0],
    `spec.schedule: Invalid value: "${far}": provided bad location Mars: unknown time zone Mars`,
  )
  assert.deepEqual(
    refusedChange(cronJob({ schedule }), ({ spec }) => (spec.suspend = true)),
    [],
  )
  assert.deepEqual(
    refusedChange(cronJob({ schedule }), ({ spec }) => (spec.timeZone = 'UTC')),
    [`spec.schedule: Invalid value: "${schedule}": cannot use both timeZone field and TZ or CRON_TZ in schedule`],
  )
  assert.deepEqual(
    refusedChange(cronJob(), ({ spec }) => (spec.timeZone = 'Mars')),
    ['spec.timeZone: Invalid value: "Mars": unknown time zone Mars'],
  )
  // A zone that went from the database keeps nobody from changing the rest.
  assert.deepEqual(
    refusedChange(cronJob({ timeZone: 'Mars' }), ({ spec }) => (spec.suspend = true)),
    [],
  )
  const { warnings } = kindOf(cronJob())
  assert.deepEqual(warnings!(created(cronJob({ schedule })), true), [])
  assert.match(warnings!(created(cronJob({ schedule })))[0]!, /^cannot use TZ or CRON_TZ in spec\.spec\.schedule/)
  assert.deepEqual(warnings!(created(cronJob({}, {}, 'a.b')), true).length, 1)
})

test('whatever is reported of a CronJob is taken', () => {
  assert.deepEqual(refusedStatus(cronJob(), { active: [{ name: 'x' }] }), [])
})
