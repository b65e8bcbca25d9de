import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { validateQuotaCreate, validateQuotaStatus, validateQuotaUpdate } from './validate.ts'

const quota = (spec: object, status: object = {}): any => ({
  metadata: { name: 'q', namespace: 'default', resourceVersion: '1' },
  spec,
  status,
})
const problems = (spec: object): readonly string[] => validateQuotaCreate(quota(spec)).map(fieldErrorText)

test('a quota gives amounts of what it can limit, none less than nothing, and whole ones of what is counted', () => {
  const hard = { cpu: '1500m', pods: '3', 'count/jobs.batch': '1', 'requests.hugepages-2Mi': '4Mi', 'a.b/gpu': '1' }
  assert.deepEqual(problems({ hard }), [])
  assert.deepEqual(problems({ hard: { gpus: '1', pods: '1500m', 'count/secrets': '500m', cpu: '-1', storage: '1' } }), [
    'spec.hard[gpus]: Invalid value: "gpus": must be a standard resource for quota',
    'spec.hard[pods]: Invalid value: "1500m": must be an integer',
    'spec.hard[count/secrets]: Invalid value: "500m": must be an integer',
    'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
  ])
})

test('scopes go with what they limit and with one another', () => {
  assert.deepEqual(problems({ hard: { pods: '1', cpu: '1' }, scopes: ['NotBestEffort', 'Terminating'] }), [])
  assert.deepEqual(problems({ hard: { cpu: '1' }, scopes: ['BestEffort', 'NotBestEffort', 'Odd'] }), [
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: unsupported scope applied to resource',
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: unsupported scope',
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: conflicting scopes',
  ])
  assert.deepEqual(problems({ hard: { cpu: '1' }, scopes: ['constructor'] }), [
    'spec.scopes: Invalid value: ["constructor"]: unsupported scope',
  ])
  const selected = (...matchExpressions: object[]) =>
    problems({ hard: { pods: '1' }, scopeSelector: { matchExpressions } })
  assert.deepEqual(selected({ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }), [])
  const at = 'spec.scopeSelector.matchExpressions'
  assert.deepEqual(selected({ scopeName: 'PriorityClass', operator: 'In' }), [
    `${at}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
  ])
  assert.deepEqual(selected({ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }), [
    `${at}.values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
  ])
  assert.match(selected({ scopeName: 'Terminating', operator: 'DoesNotExist' }).join(), /must be 'Exist' when scope/)
  assert.deepEqual(selected({ scopeName: 'Odd', operator: 'Like' }), [
    `${at}.scopeName: Invalid value: "Odd": unsupported scope`,
    `${at}.operator: Invalid value: "Like": not a valid selector operator`,
  ])
  assert.match(
    selected({ scopeName: 'VolumeAttributesClass', operator: 'Exists' }).join(),
    /\{"MatchExpressions":\[\{"ScopeName":"VolumeAttributesClass","Operator":"Exists","Values":null\}\]\}: unsupported/,
  )
})

test('scopes stay, in whichever order, and what is said to be used is an amount too', () => {
  const update = (before: object, after: object) => validateQuotaUpdate(quota(after), quota(before)).map(fieldErrorText)
  const [a, b] = ['Terminating', 'NotBestEffort']
  assert.deepEqual(update({ scopes: [a, b] }, { scopes: [b, a], hard: { pods: '9' } }), [])
  assert.deepEqual(update({ scopes: [a] }, { scopes: [b] }), [
    'spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable',
  ])
  const status = validateQuotaStatus(quota({}, { used: { pods: '-1' } }), quota({})).map(fieldErrorText)
  assert.deepEqual(status, ['status.used[pods]: Invalid value: "-1": must be greater than or equal to 0'])
})
