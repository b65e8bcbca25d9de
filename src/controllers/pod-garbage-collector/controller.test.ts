import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
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

test('pods that are deleted on a node that is out of service go at once, and no others of it; nor any while it is Ready', async () => {
  const cluster = await startCluster({ only: ['pod-garbage-collector'], nodes: 1, fake: { gracefulPodDeletion: true } })
  const { client } = cluster
  const there = (name: string) => client.all(pods).some(({ metadata }) => metadata?.name === name)
  const plain = (name: string) => ({ ...makePod(name, 'node-1'), metadata: { name, namespace: 'default' } })
  for (const name of ['leaves', 'stays', 'later']) await client.create(pods, plain(name))
  await client.delete(pods, 'leaves', scope)
  const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }]
  await client.patch(nodes, 'node-1', 'merge', { spec: { taints } })
  await cluster.settle()
  assert.ok(there('leaves'), 'its kubelet may tell yet')
  const conditions = [{ type: 'Ready', status: 'Unknown' }]
  await client.patch(nodes, 'node-1', 'merge', { status: { conditions } }, { subresource: 'status' })
  await cluster.settle()
  assert.deepEqual([there('leaves'), there('stays')], [false, true])
  await client.delete(pods, 'later', scope)
  await cluster.settle()
  assert.deepEqual([there('later'), there('stays')], [false, true])
  cluster.stop()
})
