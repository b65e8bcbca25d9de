import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { makeService, startCluster } from '../testing/cluster.ts'
import { changeTrigger } from './desired-trigger.ts'

const service = { ...makeService('web'), metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:01Z' } }
const pod = (name: string, second: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: `2026-01-01T00:00:0${second}Z` }] },
})

test('the first trigger is the creation of the Service, later ones the earliest turn of a pod that is news', () => {
  const first = changeTrigger(undefined, service, [pod('a', 5)], true)
  assert.equal(first.time, '2026-01-01T00:00:01Z')
  assert.equal(changeTrigger(undefined, service, [pod('a', 5)], false).time, undefined, 'after a restart')
  assert.equal(changeTrigger(first.state, service, [pod('a', 5)], false).time, undefined)
  const second = changeTrigger(first.state, service, [pod('a', 8), pod('b', 6), { ...pod('c', 7), status: {} }], false)
  assert.equal(second.time, '2026-01-01T00:00:06Z')
  assert.equal(
    changeTrigger(second.state, service, [pod('b', 6)], false).time,
    undefined,
    'a pod that goes has no time',
  )
})

test('slices carry the time of the change that they were written for, and none is written for the time alone', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const scope = { namespace: 'default' }
  const trigger = () =>
    cluster.client
      .all(endpointSlices)
      .map(({ metadata }) => metadata?.annotations?.['endpoints.kubernetes.io/last-change-trigger-time'])
  await cluster.client.create(services, makeService('web'))
  await cluster.settle()
  const created = cluster.client.all(services)[0]!.metadata!.creationTimestamp
  assert.deepEqual(trigger(), [created])
  const made = await cluster.client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', labels: { app: 'web' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'm', image: 'x', ports: [{ name: 'http', containerPort: 80 }] }] },
  })
  cluster.clock.advance(30_000)
  const ready = await cluster.ready(made)
  await cluster.settle()
  const turned = ready.status!.conditions!.find(({ type }) => type === 'Ready')!.lastTransitionTime
  assert.notEqual(turned, created)
  assert.deepEqual(trigger(), [turned])
  const version = cluster.client.all(endpointSlices)[0]!.metadata!.resourceVersion
  await cluster.settle()
  assert.equal(cluster.client.all(endpointSlices)[0]!.metadata!.resourceVersion, version)
  await cluster.client.delete(pods, 'p', { ...scope, gracePeriodSeconds: 0 })
  await cluster.settle()
  assert.deepEqual(trigger(), [undefined])
  cluster.stop()
})
