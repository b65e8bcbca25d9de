import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluatorOf } from '#api/core/resourcequota/usage/evaluators.ts'
import { charge } from './charge.ts'

const pods = evaluatorOf({ group: '', plural: 'pods' })!
const services = evaluatorOf({ group: '', plural: 'services' })!
const quota = (hard: object, used: object, spec: object = {}): any => ({
  metadata: { name: 'q' },
  spec,
  status: { hard, used },
})
const pod = (cpu: string, more: object = {}): any => ({
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...more },
})
const make = (quotas: any[], object: any) => charge(quotas, pods, { object, subresource: '' }, 0)
const usedAfter = (result: ReturnType<typeof charge>) =>
  'charged' in result ? result.charged.map(({ status }) => status?.used) : result.refusal

test('what a new object takes is counted in each quota that limits it', () => {
  const all = quota(
    { pods: '2', 'requests.cpu': '1', services: '1' },
    { pods: '1', 'requests.cpu': '500m', services: '0' },
  )
  assert.deepEqual(usedAfter(make([all], pod('250m'))), [{ pods: '2', 'requests.cpu': '750m', services: '0' }])
  assert.deepEqual(usedAfter(make([all, quota({ pods: '9' }, { pods: '3' })], pod('250m'))), [
    { pods: '2', 'requests.cpu': '750m', services: '0' },
    { pods: '4' },
  ])
  assert.deepEqual(usedAfter(make([quota({ services: '1' }, { services: '0' })], pod('1'))), [])
})

test('what would be more than a quota gives is refused, with what is asked for, used and given', () => {
  const full = quota(
    { pods: '2', 'requests.cpu': '1', services: '0' },
    { pods: '2', 'requests.cpu': '500m', services: '0' },
  )
  assert.equal(
    usedAfter(make([full], pod('600m'))),
    'exceeded quota: q, requested: pods=1,requests.cpu=600m, used: pods=2,requests.cpu=500m, limited: pods=2,requests.cpu=1',
  )
  const one = quota({ pods: '3', 'requests.cpu': '1' }, { pods: '2', 'requests.cpu': '500m' })
  assert.equal(
    usedAfter(make([one], pod('600m'))),
    'exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=500m, limited: requests.cpu=1',
  )
  assert.deepEqual(usedAfter(make([one], pod('500m'))), [{ pods: '3', 'requests.cpu': '1' }])
})

test('a quota whose use is not known yet refuses all that it limits', () => {
  assert.equal(
    usedAfter(make([quota({ pods: '2', 'requests.cpu': '1' }, { pods: '0' })], pod('1m'))),
    'status unknown for quota: q, resources: pods,requests.cpu',
  )
  assert.deepEqual(usedAfter(make([{ metadata: { name: 'q' }, spec: { hard: { pods: '0' } } }], pod('1m'))), [])
})

test('a pod that does not say what it takes of what is limited is refused', () => {
  const limited = quota({ 'limits.cpu': '2' }, { 'limits.cpu': '0' })
  assert.equal(usedAfter(make([limited], pod('1'))), 'failed quota: q: must specify limits.cpu for: c')
  const negative = quota({ pods: '2' }, { pods: '0' })
  assert.equal(usedAfter(make([negative], pod('-1'))), 'quota usage is negative for resource(s): cpu,requests.cpu')
})

test('a quota with scopes is about what is in each of them', () => {
  const scoped = (spec: object) => quota({ pods: '1' }, { pods: '1' }, spec)
  assert.deepEqual(usedAfter(make([scoped({ scopes: ['Terminating'] })], pod('1'))), [])
  assert.match(
    String(usedAfter(make([scoped({ scopes: ['NotTerminating', 'NotBestEffort'] })], pod('1')))),
    /^exceeded/,
  )
  const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }]
  const selected = scoped({ scopeSelector: { matchExpressions } })
  assert.deepEqual(usedAfter(make([selected], pod('1'))), [])
  assert.match(String(usedAfter(make([selected], pod('1', { priorityClassName: 'high' })))), /^exceeded/)
})

test('of a change only what is more is counted', () => {
  const limits = quota({ services: '1', 'services.nodeports': '2' }, { services: '1', 'services.nodeports': '1' })
  const service = (count: number): any => ({
    spec: { type: 'NodePort', ports: Array.from({ length: count }, () => ({})) },
  })
  const change = (before: number, after: number) =>
    usedAfter(charge([limits], services, { object: service(after), previous: service(before), subresource: '' }, 0))
  assert.deepEqual(change(1, 2), [{ services: '1', 'services.nodeports': '2' }])
  assert.deepEqual(change(2, 1), [])
  assert.deepEqual(change(1, 1), [])
  assert.match(String(change(1, 3)), /requested: services.nodeports=2, used: services.nodeports=1/)
})

test('what comes into a scope is counted whole, and a status is never refused', () => {
  const ending = quota({ pods: '1' }, { pods: '1' }, { scopes: ['Terminating'] })
  const [object, previous] = [pod('1', { activeDeadlineSeconds: 5 }), pod('1')]
  assert.match(String(usedAfter(charge([ending], pods, { object, previous, subresource: '' }, 0))), /requested: pods=1/)
  assert.deepEqual(usedAfter(charge([ending], pods, { object, previous, subresource: 'status' }, 0)), [])
})
