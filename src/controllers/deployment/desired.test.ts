import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { makeDeployment } from '../testing/cluster.ts'
import { limits, newReplicas, type Owned, scaleDownOld } from './desired-scale.ts'

const rolling = (replicas: number, maxSurge: number | string, maxUnavailable: number | string): Deployment =>
  makeDeployment('web', replicas, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } })
const owned = (replicas: number, active: number, available: number): Owned => ({
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet', spec: { replicas } } as ReplicaSet,
  active,
  available,
})

test('limits() rounds maxSurge up and maxUnavailable down, and lets one be unavailable where both are 0', () => {
  assert.deepEqual(limits(rolling(10, '25%', '25%')), { surge: 3, unavailable: 2 })
  assert.deepEqual(limits(rolling(1, '0%', '25%')), { surge: 0, unavailable: 1 })
  assert.deepEqual(limits(rolling(3, 0, 0)), { surge: 0, unavailable: 1 })
  assert.deepEqual(limits(rolling(2, 1, '500%')), { surge: 1, unavailable: 2 })
})

test('newReplicas() counts pods that an old ReplicaSet has yet to delete', () => {
  assert.equal(newReplicas(rolling(4, 1, 1), [owned(3, 3, 3)], undefined), 2)
  assert.equal(newReplicas(rolling(4, 1, 1), [owned(3, 4, 4)], undefined), 1)
})

test('scaleDownOld() takes unavailable pods first and then what maxUnavailable lets go', () => {
  const fresh = owned(1, 1, 0)
  const [unhealthy, healthy] = [owned(2, 2, 0), owned(2, 2, 2)]
  assert.deepEqual(
    scaleDownOld(rolling(4, 1, 2), [unhealthy, healthy], fresh).map(({ owned: one, to }) => [one === healthy, to]),
    [[false, 0]],
  )
  assert.deepEqual(scaleDownOld(rolling(2, 1, 0), [healthy], fresh), [])
  // Two of these five were told to go, and the cache has not seen it.
  const stale = owned(3, 5, 5)
  assert.deepEqual(
    scaleDownOld(rolling(5, 0, 2), [stale], owned(2, 2, 1)).map(({ to }) => to),
    [2],
  )
})
