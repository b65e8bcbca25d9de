import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import type { PodDisruptionBudget } from './message.ts'
import { validateBudgetCreate, validateBudgetStatusUpdate, validateBudgetUpdate } from './validate.ts'

const budget = (spec: object, status?: object): PodDisruptionBudget =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'pdb', namespace: 'default' },
    spec,
    ...(status ? { status } : {}),
  }) as PodDisruptionBudget
const create = (spec: object): readonly string[] => validateBudgetCreate(budget(spec)).map(fieldErrorText)

test('what must stay and what may be missing are not said together, and are numbers or shares', () => {
  assert.deepEqual(create({ minAvailable: 1, selector: {} }), [])
  assert.deepEqual(create({ maxUnavailable: '100%' }), [])
  assert.deepEqual(create({ minAvailable: 1, maxUnavailable: 1, selector: {} }), [
    'spec: Invalid value: {"MinAvailable":1,"Selector":{},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
  ])
  assert.deepEqual(create({ minAvailable: '101%' }), [
    'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
  ])
  assert.match(create({ maxUnavailable: 'some' })[0]!, /^spec.maxUnavailable: Invalid value: "some": a valid percent/)
  assert.deepEqual(create({ minAvailable: -1 }), [
    'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
  ])
})

test('its selector and its policy are read, and an update is checked as what is made', () => {
  assert.match(create({ selector: { matchLabels: { '-': 'x' } } })[0]!, /^spec.selector.matchLabels: Invalid value/)
  const wrong = budget({ unhealthyPodEvictionPolicy: 'Never' })
  for (const errors of [validateBudgetCreate(wrong), validateBudgetUpdate(wrong, budget({}))])
    assert.deepEqual(errors.map(fieldErrorText), [
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ])
})

test('counts are not negative, and conditions have a type, a status, a reason and a time, each once', () => {
  const check = (status: object) => validateBudgetStatusUpdate(budget({}, status), budget({})).map(fieldErrorText)
  const right = { type: 'A', status: 'True', reason: 'B', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
  assert.deepEqual(check({ disruptionsAllowed: 0, conditions: [right] }), [])
  assert.deepEqual(check({ disruptionsAllowed: -1 }), [
    'status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0',
  ])
  const wrong = check({
    conditions: [right, { ...right, status: 'Yes', reason: '', observedGeneration: -1, lastTransitionTime: undefined }],
  })
  assert.deepEqual(wrong, [
    'status.conditions[1].type: Duplicate value: "A"',
    'status.conditions[1].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
    'status.conditions[1].observedGeneration: Invalid value: -1: must be greater than or equal to zero',
    'status.conditions[1].lastTransitionTime: Required value',
    'status.conditions[1].reason: Required value',
  ])
  const long = check({ conditions: [{ ...right, reason: '1', message: 'x'.repeat(32_769) }] })
  assert.match(long[0]!, /a condition reason must start with alphabetic character/)
  assert.match(long[1]!, /Too long: may not be more than 32768 bytes/)
  assert.match(check({ conditions: [{ ...right, reason: 'x'.repeat(1025) }] })[0]!, /reason: Too long/)
})
