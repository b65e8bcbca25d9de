import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimBreaches, podBreaches, withDefaultLimits } from './pod-limits.ts'

const range = (...limits: object[]): any => ({ spec: { limits } })
const container = (name: string, requests?: object, limits?: object) => ({
  name,
  ...(requests || limits ? { resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) } } : {}),
})
const pod = (containers: object[], more: object = {}): any => ({
  metadata: { name: 'p' },
  spec: { containers, ...more },
})

test('a container gets what it does not say, and a note says so', () => {
  const defaults = range({ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m' } })
  const given = withDefaultLimits(
    pod([container('a'), container('b', { cpu: '2' }, { cpu: '3', memory: '2Gi' })], {
      initContainers: [container('i', { cpu: '1' }, { cpu: '1' })],
    }),
    defaults,
  )
  assert.deepEqual(given.spec?.containers?.[0]?.resources, {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '100m' },
  })
  assert.deepEqual(given.spec?.containers?.[1]?.resources, {
    requests: { cpu: '2' },
    limits: { cpu: '3', memory: '2Gi' },
  })
  assert.deepEqual(given.spec?.initContainers?.[0]?.resources?.limits, { cpu: '1', memory: '1Gi' })
  assert.equal(
    given.metadata?.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu request for container a; cpu, memory limit for container a; memory limit for init container i',
  )
})

test('a pod that says all, or of which nothing is said, stays as it is', () => {
  const whole = pod([container('a', { cpu: '1' }, { cpu: '1' })])
  assert.equal(withDefaultLimits(whole, range({ type: 'Container', default: { cpu: '2' } })), whole)
  assert.equal(withDefaultLimits(whole, range({ type: 'Pod', max: { cpu: '2' } })), whole)
})

const breaches = (item: object, ...containers: object[]) =>
  podBreaches(pod(containers), range({ type: 'Container', ...item }))

test('a container asks for no less than the least, and must say what', () => {
  const least = 'minimum cpu usage per Container is 500m'
  assert.deepEqual(breaches({ min: { cpu: '500m' } }, container('a')), [`${least}.  No request is specified`])
  assert.deepEqual(breaches({ min: { cpu: '500m' } }, container('a', { cpu: '100m' })), [
    `${least}, but request is 100m`,
  ])
  assert.deepEqual(breaches({ min: { cpu: '500m' } }, container('a', { cpu: '500m' }, { cpu: '400m' })), [
    `${least}, but limit is 400m`,
  ])
  assert.deepEqual(breaches({ min: { cpu: '500m' } }, container('a', { cpu: '500m' }, { cpu: '500m' })), [])
})

test('a container is limited to no more than the most, and must say to what', () => {
  const most = 'maximum cpu usage per Container is 1'
  assert.deepEqual(breaches({ max: { cpu: '1' } }, container('a', { cpu: '1' })), [`${most}.  No limit is specified`])
  assert.deepEqual(breaches({ max: { cpu: '1' } }, container('a', {}, { cpu: '3' })), [`${most}, but limit is 3`])
  assert.deepEqual(breaches({ max: { cpu: '1' } }, container('a', { cpu: '2' }, { cpu: '1' })), [
    `${most}, but request is 2`,
  ])
  assert.deepEqual(breaches({ max: { cpu: '1' } }, container('a', { cpu: '1' }, { cpu: '1000m' })), [])
})

test('a limit is no more than so many times what is asked for', () => {
  const most = 'cpu max limit to request ratio per Container is 2'
  const item = { maxLimitRequestRatio: { cpu: '2' } }
  assert.deepEqual(breaches(item, container('a', {}, { cpu: '1' })), [
    `${most}, but no request is specified or request is 0`,
  ])
  assert.deepEqual(breaches(item, container('a', { cpu: '1' })), [`${most}, but no limit is specified or limit is 0`])
  assert.deepEqual(breaches(item, container('a', { cpu: '400m' }, { cpu: '1' })), [
    `${most}, but provided ratio is 2.500000`,
  ])
  assert.deepEqual(breaches(item, container('a', { cpu: '500m' }, { cpu: '1' })), [])
})

test('a bound of the pod counts what its containers take together, each bound of a container each of them', () => {
  const both = [container('a', { cpu: '1' }, { cpu: '1' }), container('b', { cpu: '1' }, { cpu: '1' })]
  assert.deepEqual(podBreaches(pod(both), range({ type: 'Pod', max: { cpu: '1500m' } })), [
    'maximum cpu usage per Pod is 1500m, but limit is 2',
  ])
  const item = range({ type: 'Container', max: { memory: '1Gi', cpu: '500m' } })
  assert.deepEqual(podBreaches(pod([], { initContainers: both.slice(1) }), item), [
    'maximum cpu usage per Container is 500m, but limit is 1',
    'maximum memory usage per Container is 1Gi.  No limit is specified',
  ])
  assert.deepEqual(podBreaches(pod(both), range({ type: 'PersistentVolumeClaim', max: { storage: '1' } })), [])
})

test('a claim asks for storage within its bounds', () => {
  const claim = (storage?: string): any => ({ spec: { resources: { requests: storage ? { storage } : {} } } })
  const bounds = range({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } })
  assert.deepEqual(claimBreaches(claim('512Mi'), bounds), [
    'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
  ])
  assert.deepEqual(claimBreaches(claim('3Gi'), bounds), [
    'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
  ])
  assert.deepEqual(claimBreaches(claim(), bounds), [
    'minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified',
    'maximum storage usage per PersistentVolumeClaim is 2Gi.  No request is specified',
  ])
  assert.deepEqual(claimBreaches(claim('2Gi'), bounds), [])
})
