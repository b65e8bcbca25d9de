import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, rowOf } from '#api/testing/refusals.ts'

const metadata = { name: 'j', creationTimestamp: '2026-11-21T03:25:08Z' }
const template = { spec: { containers: [{ name: 'c', image: 'i' }] } }
const selector = { matchLabels: { of: 'j' } }
const job = (spec: object, status: object = {}, more: object = {}): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { ...metadata, ...more },
  spec: { template, selector, ...spec },
  status,
})
const cell = (object: object, index: number) => rowOf(object)[index]

test('a Job is listed with its state: what ended it first, then what will, then what holds it', () => {
  const conditions = (...types: readonly string[]): object => ({
    conditions: types.map((type) => ({ type, status: 'True' })),
  })
  const state = (status: object, more?: object) => cell(job({}, status, more), 1)
  assert.equal(state({}), 'Running')
  assert.equal(state(conditions('FailureTarget', 'Failed')), 'Failed')
  assert.equal(state(conditions('SuccessCriteriaMet', 'Complete')), 'Complete')
  const deletionTimestamp = '2026-11-21T03:25:30Z'
  assert.equal(state(conditions('Suspended'), { deletionTimestamp }), 'Terminating')
  assert.equal(state(conditions('Complete'), { deletionTimestamp }), 'Complete')
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) assert.equal(state(conditions(type)), type)
  assert.equal(state(conditions('SuccessCriteriaMet', 'FailureTarget', 'Suspended')), 'Suspended')
  assert.equal(state({ conditions: [{ type: 'Failed', status: 'False' }] }), 'Running')
})

test('a Job says how many pods succeeded of how many, and how long it took or has taken', () => {
  const completions = (spec: object, status?: object) => cell(job(spec, status), 2)
  assert.equal(completions({ completions: 5 }, { succeeded: 2 }), '2/5')
  assert.equal(completions({ completions: 0 }), '0/0')
  assert.equal(completions({ parallelism: 3 }, { succeeded: 1 }), '1/1 of 3')
  assert.equal(completions({ parallelism: 1 }), '0/1')
  assert.equal(completions({}), '0/1')
  const duration = (status: object) => cell(job({}, status), 3)
  assert.equal(duration({}), '')
  const startTime = '2026-11-21T03:25:18Z'
  assert.equal(duration({ startTime }), '20s')
  assert.equal(duration({ startTime, completionTime: '2026-11-21T03:25:25Z' }), '7s')
  assert.deepEqual(rowOf(job({})).slice(4), ['30s', 'c', 'i', 'of=j'])
})

test('a CronJob is listed with its schedule, the clock of it, what runs and when it last ran', () => {
  const spec = { schedule: '@daily', jobTemplate: { spec: { template, selector } } }
  const cronJob = (more: object, status: object = {}): object => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: { ...spec, ...more },
    status,
  })
  assert.deepEqual(rowOf(cronJob({})), ['j', '@daily', '<none>', '<unset>', 0, '<none>', '30s', 'c', 'i', 'of=j'])
  const running = cronJob(
    { suspend: false, timeZone: 'Etc/UTC' },
    { active: [{ name: 'a' }], lastScheduleTime: '2026-11-21T03:25:28Z' },
  )
  assert.deepEqual(rowOf(running).slice(1, 6), ['@daily', 'Etc/UTC', 'False', 1, '10s'])
  assert.equal(cell(cronJob({ suspend: true }), 3), 'True')
})

test('a PodDisruptionBudget is listed with what it allows', () => {
  const budget = (spec: object, status?: object): object => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec,
    status,
  })
  assert.deepEqual(rowOf(budget({ minAvailable: 2 })), ['j', '2', 'N/A', 0, '30s'])
  assert.deepEqual(rowOf(budget({ maxUnavailable: '50%' }, { disruptionsAllowed: 1 })), ['j', 'N/A', '50%', 1, '30s'])
})

test('what is new of a kind counts its first generation', () => {
  assert.equal(created(job({})).metadata?.generation, 1)
})
