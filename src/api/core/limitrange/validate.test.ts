import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { validateLimitRangeCreate } from './validate.ts'

const problems = (...limits: any[]): readonly string[] =>
  validateLimitRangeCreate({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'r', namespace: 'default' },
    spec: { limits },
  }).map(fieldErrorText)

test('what a LimitRange says of one resource must go together', () => {
  const item = { type: 'Container', min: { cpu: '1' }, max: { cpu: '2' } }
  assert.deepEqual(problems({ ...item, default: { cpu: '2' }, defaultRequest: { cpu: '1' } }), [])
  const at = 'spec.limits[0]'
  assert.deepEqual(problems({ ...item, max: { cpu: '500m' } }), [
    `${at}.min[cpu]: Invalid value: "1": min value 1 is greater than max value 500m`,
  ])
  assert.deepEqual(problems({ ...item, default: { cpu: '3' }, defaultRequest: { cpu: '4' } }), [
    `${at}.defaultRequest[cpu]: Invalid value: "4": default request value 4 is greater than max value 2`,
    `${at}.defaultRequest[cpu]: Invalid value: "4": default request value 4 is greater than default limit value 3`,
    `${at}.default[cpu]: Invalid value: "2": default value 3 is greater than max value 2`,
  ])
  assert.deepEqual(problems({ ...item, default: { cpu: '1m' }, defaultRequest: { cpu: '1m' } }), [
    `${at}.defaultRequest[cpu]: Invalid value: "1m": min value 1 is greater than default request value 1m`,
    `${at}.default[cpu]: Invalid value: "1": min value 1 is greater than default value 1m`,
  ])
  assert.deepEqual(problems({ ...item, maxLimitRequestRatio: { cpu: '3', memory: '100m' } }), [
    `${at}.maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000`,
    `${at}.maxLimitRequestRatio[memory]: Invalid value: "100m": ratio 100m is less than 1`,
  ])
  const device = { type: 'Container', default: { 'a.b/gpu': '2' }, defaultRequest: { 'a.b/gpu': '1' } }
  assert.deepEqual(problems(device), [
    `${at}.defaultRequest[a.b/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a.b/gpu`,
  ])
})

test('a LimitRange names what its type can have, and each type once', () => {
  const at = 'spec.limits[0]'
  assert.deepEqual(problems({ type: 'Pod', default: { cpu: '1' }, max: { storage: '1' } }), [
    `${at}.max[storage]: Invalid value: "storage": must be a standard resource for containers`,
    `${at}.default: Forbidden: may not be specified when \`type\` is 'Pod'`,
  ])
  assert.deepEqual(problems({ type: 'PersistentVolumeClaim', max: { odd: '1' } }), [
    `${at}.max[odd]: Invalid value: "odd": must be a standard resource type or fully qualified`,
    `${at}.limits: Required value: either minimum or maximum storage value is required, but neither was provided`,
  ])
  assert.deepEqual(problems({ type: 'PersistentVolumeClaim', min: { storage: '1' } }, { type: 'a.b/c' }), [])
  assert.deepEqual(problems({ type: 'Node' }, { type: 'Node' }), [
    `${at}.type: Invalid value: "Node": must be a standard limit type or fully qualified`,
    'spec.limits[1].type: Invalid value: "Node": must be a standard limit type or fully qualified',
    'spec.limits[1].type: Duplicate value: "Node"',
  ])
  assert.match(problems({ type: '' }).join(), /spec\.limits\[0\]\.type: Invalid value: "": name part must be non-empty/)
})
