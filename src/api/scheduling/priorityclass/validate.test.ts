import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { validatePriorityClassCreate, validatePriorityClassUpdate } from './validate.ts'

const make = (name: string, value: number, more: object = {}): any => ({
  metadata: { name, resourceVersion: '1' },
  value,
  ...more,
})
const problems = (one: any) => validatePriorityClassCreate(one).map(fieldErrorText)

test('priorities beyond a billion, and names that begin with system-, are the system’s own', () => {
  assert.deepEqual(problems(make('high', 1_000_000_000)), [])
  assert.deepEqual(problems(make('higher', 1_000_000_001)), [
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ])
  assert.deepEqual(problems(make('system-node-critical', 2_000_001_000)), [])
  const reserved =
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: "
  assert.deepEqual(problems(make('system-x', 1)), [`${reserved}system-x is not a known system priority class`])
  assert.deepEqual(problems(make('system-node-critical', 1)), [
    `${reserved}value of system-node-critical PriorityClass must be 2000001000`,
  ])
  assert.deepEqual(problems(make('system-cluster-critical', 2_000_000_000, { globalDefault: true })), [
    `${reserved}globalDefault of system-cluster-critical PriorityClass must be false`,
  ])
  assert.deepEqual(problems(make('p', 1, { preemptionPolicy: 'Odd' })), [
    'preemptionPolicy: Unsupported value: "Odd": supported values: "Never", "PreemptLowerPriority"',
  ])
})

test('a priority stays what it is, and so does whether it displaces others', () => {
  const update = (before: any, after: any) => validatePriorityClassUpdate(after, before).map(fieldErrorText)
  assert.deepEqual(update(make('p', 1), make('p', 1, { description: 'd' })), [])
  assert.deepEqual(update(make('p', 1, { preemptionPolicy: 'Never' }), make('p', 2)), [
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: null: field is immutable',
  ])
})
