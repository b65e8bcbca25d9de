import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { ReplicationController } from '#api/core/replicationcontroller/message.ts'
import { replicationControllers } from '#api/core/replicationcontroller/resource.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const controller = (replicas: number): ReplicationController => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'rc', namespace: 'default' },
  spec: {
    replicas,
    selector: { app: 'rc' },
    template: { metadata: { labels: { app: 'rc' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
})
const statusOf = async ({ client }: TestCluster) => (await client.get(replicationControllers, 'rc', scope)).status

test('a ReplicationController keeps as many pods as it says, and reports them', async () => {
  const cluster = await startCluster({ nodes: 2 })
  const { client } = cluster
  await client.create(replicationControllers, controller(3))
  await cluster.converge()
  assert.equal(client.all(pods).length, 3)
  for (const { metadata } of client.all(pods)) {
    assert.match(metadata!.name!, /^rc-/)
    assert.deepEqual(
      metadata!.ownerReferences?.map(({ apiVersion, kind, name }) => [apiVersion, kind, name]),
      [['v1', 'ReplicationController', 'rc']],
    )
  }
  assert.deepEqual(await statusOf(cluster), {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
    conditions: undefined,
  })
  await client.patch(replicationControllers, 'rc', 'merge', { spec: { replicas: 1 } }, scope)
  await cluster.converge()
  assert.equal(client.all(pods).length, 1)
  const told = client.all(events).filter(({ involvedObject }) => involvedObject?.kind === 'ReplicationController')
  const [created, deleted] = ['SuccessfulCreate', 'SuccessfulDelete'].map((word) =>
    told.filter(({ reason }) => reason === word),
  )
  assert.deepEqual([created!.length, deleted!.length], [3, 2])
  assert.match(created![0]!.message!, /^Created pod: rc-/)
  assert.deepEqual([...new Set(told.map(({ source }) => source?.component))], ['replication-controller'])
  cluster.stop()
})

test('a ReplicationController adopts orphans of its labels, and lets go of pods that are given others', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const { client } = cluster
  const orphan = await client.create(
    pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'orphan', labels: { app: 'rc' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
    scope,
  )
  await client.create(replicationControllers, controller(1))
  await cluster.converge()
  const [only, ...others] = client.all(pods)
  assert.equal(only?.metadata?.uid, orphan.metadata?.uid)
  assert.equal(only?.metadata?.ownerReferences?.[0]?.name, 'rc')
  assert.deepEqual(others, [])
  await client.patch(pods, 'orphan', 'merge', { metadata: { labels: { app: 'other' } } }, scope)
  await cluster.converge()
  const free = client.all(pods).find(({ metadata }) => metadata?.name === 'orphan')
  assert.deepEqual(free?.metadata?.ownerReferences ?? [], [])
  assert.equal(client.all(pods).length, 2)
  cluster.stop()
})

test('what cannot be made is told as a condition and an Event, until it can', async () => {
  let refused = true
  const cluster = await startCluster({
    nodes: 1,
    fake: {
      fault: (verb, { plural }) =>
        refused && verb === 'create' && plural === 'pods' ? new Error('no room') : undefined,
    },
  })
  await cluster.client.create(replicationControllers, controller(2))
  await cluster.settle()
  const [condition] = (await statusOf(cluster))?.conditions ?? []
  assert.deepEqual(
    [condition?.type, condition?.status, condition?.reason, condition?.message],
    ['ReplicaFailure', 'True', 'FailedCreate', 'no room'],
  )
  const warning = cluster.client.all(events).find(({ reason }) => reason === 'FailedCreate')
  assert.equal(warning?.message, 'Error creating: no room')
  refused = false
  cluster.clock.advance(60_000)
  await cluster.converge()
  assert.deepEqual((await statusOf(cluster))?.conditions ?? [], [])
  assert.equal(cluster.client.all(pods).length, 2)
  cluster.stop()
})
