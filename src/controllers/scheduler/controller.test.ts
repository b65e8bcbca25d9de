import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { makeNode, startCluster } from '../testing/cluster.ts'

const pod = (name: string, cpu = '0'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    schedulerName: 'default-scheduler',
    containers: [{ name: 'm', image: 'x', resources: { requests: { cpu } } }],
  },
})

test('a pod whose first binding failed is bound by the next, and what it had been counted for is free meanwhile', async () => {
  let failing = true
  const cluster = await startCluster({
    only: ['scheduler'],
    fake: {
      fault: (verb, resource) =>
        failing && verb === 'create' && resource.plural === 'pods' ? new Error('no answer') : undefined,
    },
  })
  await cluster.client.create(nodes, makeNode('a', { status: { allocatable: { cpu: '1', pods: '10' } } }))
  failing = false
  await cluster.client.create(pods, pod('first', '1'))
  failing = true
  await cluster.settle()
  assert.equal(cluster.client.all(pods)[0]?.spec?.nodeName, undefined)
  failing = false
  cluster.clock.advance(60_000)
  await cluster.settle()
  assert.equal(cluster.client.all(pods)[0]?.spec?.nodeName, 'a')
  assert.equal(cluster.client.all(events).filter(({ reason }) => reason === 'Scheduled').length, 1)
  cluster.stop()
})

test('a pod that is deleted before its binding is written leaves its room to the next', async () => {
  const cluster = await startCluster({ only: ['scheduler'], lag: () => 3 })
  await cluster.client.create(nodes, makeNode('a', { status: { allocatable: { cpu: '1', pods: '10' } } }))
  await cluster.client.create(pods, pod('first', '1'))
  await cluster.client.delete(pods, 'first', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.client.create(pods, pod('second', '1'))
  await cluster.settle()
  cluster.clock.advance(60_000)
  await cluster.settle()
  assert.deepEqual(
    cluster.client.all(pods).map(({ metadata, spec }) => [metadata?.name, spec?.nodeName]),
    [['second', 'a']],
  )
  cluster.stop()
})
