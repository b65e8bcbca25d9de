import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#api/core/pod/resource.ts'
import { startCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const makePod = (name: string, nodeName?: string) => ({
  apiVersion: 'v1' as const,
  kind: 'Pod' as const,
  metadata: { name, namespace: 'default', finalizers: ['lab.example/counted'] },
  spec: { containers: [{ name: 'c', image: 'first' }], ...(nodeName ? { nodeName } : {}) },
})

test('a pod whose end no kubelet will tell has failed before it goes, for whoever counts it', async () => {
  const cluster = await startCluster({ only: ['pod-garbage-collector'] })
  const { client } = cluster
  await client.create(pods, makePod('stranded', 'no-such-node'))
  await client.create(pods, makePod('unscheduled'))
  await client.delete(pods, 'unscheduled', scope)
  await cluster.settle()
  cluster.clock.advance(40_000)
  await cluster.settle()
  const stranded = await client.get(pods, 'stranded', scope)
  assert.equal(stranded.status?.phase, 'Failed')
  const [condition] = stranded.status?.conditions ?? []
  assert.deepEqual(
    [condition?.type, condition?.status, condition?.reason, condition?.message],
    ['DisruptionTarget', 'True', 'DeletionByPodGC', 'PodGC: node no longer exists'],
  )
  assert.ok(stranded.metadata?.deletionTimestamp)
  const unscheduled = await client.get(pods, 'unscheduled', scope)
  assert.deepEqual([unscheduled.status?.phase, unscheduled.status?.conditions], ['Failed', undefined])
  cluster.stop()
})
