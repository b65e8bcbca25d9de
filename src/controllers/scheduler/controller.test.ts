import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { findCondition } from '#objects/conditions.ts'
import { makeNode, startCluster, type TestCluster } from '../testing/cluster.ts'

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

/** A cluster in which `waiting` waits: its one node, of one core, is full of `first`. */
const crowded = async () => {
  const cluster = await startCluster({ only: ['scheduler'] })
  await cluster.client.create(nodes, makeNode('a', { status: { allocatable: { cpu: '1', pods: '10' } } }))
  await cluster.client.create(pods, pod('first', '1'))
  await cluster.settle()
  await cluster.client.create(pods, pod('waiting', '1'))
  await cluster.settle()
  return cluster
}
const placeOf = ({ client }: TestCluster, name = 'waiting'): string | undefined =>
  client.all(pods).find(({ metadata }) => metadata?.name === name)?.spec?.nodeName
const scope = { namespace: 'default' }

const FREEING: Readonly<Record<string, (cluster: TestCluster) => Promise<unknown>>> = {
  'another pod ends': async ({ client }) => {
    const first = await client.get(pods, 'first', scope)
    await client.update(pods, { ...first, status: { phase: 'Succeeded' } }, { ...scope, subresource: 'status' })
  },
  'another pod goes': ({ client }) => client.delete(pods, 'first', { ...scope, gracePeriodSeconds: 0 }),
  'a node comes': ({ client }) =>
    client.create(nodes, makeNode('b', { status: { allocatable: { cpu: '1', pods: '10' } } })),
  'its node has more to give': async ({ client }) => {
    const node = await client.get(nodes, 'a')
    const status = { ...node.status, allocatable: { cpu: '2', pods: '10' } }
    await client.update(nodes, { ...node, status }, { subresource: 'status' })
  },
  'it asks for less': async ({ client }) => {
    const waiting = await client.get(pods, 'waiting', scope)
    const containers = waiting.spec!.containers!.map((one) => ({ ...one, resources: {} }))
    await client.update(pods, { ...waiting, spec: { ...waiting.spec, containers } }, scope)
  },
}

for (const [what, happens] of Object.entries(FREEING))
  test(`a pod that waits for room is bound as soon as ${what}`, async () => {
    const cluster = await crowded()
    assert.equal(placeOf(cluster), undefined)
    await happens(cluster)
    await cluster.settle()
    assert.notEqual(placeOf(cluster), undefined)
    cluster.stop()
  })

test('a pod waits for the namespace whose labels its affinity asks for', async () => {
  const cluster = await startCluster({ only: ['scheduler'], nodes: 1 })
  const { client } = cluster
  const space = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }) as const
  await client.create(namespaces, space('shop'))
  const friend = pod('friend')
  await client.create(pods, { ...friend, metadata: { name: 'friend', namespace: 'shop', labels: { app: 'db' } } })
  const podAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { app: 'db' } },
        namespaceSelector: { matchLabels: { team: 'a' } },
      },
    ],
  }
  const waiting = pod('waiting')
  await client.create(pods, { ...waiting, spec: { ...waiting.spec, affinity: { podAffinity } } })
  await cluster.settle()
  assert.equal(placeOf(cluster), undefined)
  await client.patch(namespaces, 'shop', 'merge', { metadata: { labels: { team: 'a' } } })
  await cluster.settle()
  assert.equal(placeOf(cluster), 'node-1')
  cluster.stop()
})

test('a pod of another scheduler is left to it, and one behind a gate until the gate is gone', async () => {
  const cluster = await startCluster({ only: ['scheduler'], nodes: 1 })
  const { client } = cluster
  const [own, gated] = [pod('own'), pod('gated')]
  await client.create(pods, { ...own, spec: { ...own.spec, schedulerName: 'lab-scheduler' } })
  await client.create(pods, { ...gated, spec: { ...gated.spec, schedulingGates: [{ name: 'lab.example/wait' }] } })
  await cluster.settle()
  assert.deepEqual([placeOf(cluster, 'own'), placeOf(cluster, 'gated')], [undefined, undefined])
  const condition = (await client.get(pods, 'gated', scope)).status?.conditions?.[0]
  assert.deepEqual(
    [condition?.type, condition?.status, condition?.reason],
    ['PodScheduled', 'False', 'SchedulingGated'],
  )
  assert.equal((await client.get(pods, 'own', scope)).status?.conditions, undefined)
  await client.patch(pods, 'gated', 'merge', { spec: { schedulingGates: null } }, scope)
  await cluster.settle()
  assert.deepEqual([placeOf(cluster, 'own'), placeOf(cluster, 'gated')], [undefined, 'node-1'])
  cluster.stop()
})

test('a binding names the pod that was judged by its uid, so that one made anew under its name is judged itself', async () => {
  const created = mock.method(FakeClient.prototype, 'create')
  try {
    const cluster = await startCluster({ only: ['scheduler'], nodes: 1 })
    const { metadata } = await cluster.client.create(pods, pod('first'))
    await cluster.settle()
    const binding = created.mock.calls.find(({ arguments: [, , options] }) => options?.subresource === 'binding')
    assert.equal(binding?.arguments[1].metadata?.uid, metadata?.uid)
    cluster.stop()
  } finally {
    created.mock.restore()
  }
})

test('a pod that is more important sends others away, and has the room that they leave', async () => {
  const cluster = await startCluster({ only: ['scheduler'] })
  const ranked = (name: string, priority: number): Pod => ({
    ...pod(name, '1'),
    spec: { ...pod(name, '1').spec!, priority },
  })
  await cluster.client.create(nodes, makeNode('a', { status: { allocatable: { cpu: '1', pods: '10' } } }))
  await cluster.client.create(pods, ranked('low', 0))
  await cluster.settle()
  await cluster.client.create(pods, ranked('high', 10))
  await cluster.settle()
  const [low, high] = ['low', 'high'].map((name) =>
    cluster.client.all(pods).find(({ metadata }) => metadata?.name === name),
  )
  assert.ok(low?.metadata?.deletionTimestamp)
  assert.equal(findCondition(low?.status?.conditions, 'DisruptionTarget')?.reason, 'PreemptionByScheduler')
  assert.equal(high?.status?.nominatedNodeName, 'a')
  // What the promise was made for is taken by nobody below.
  await cluster.client.create(pods, ranked('late', 5))
  await cluster.client.delete(pods, 'low', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.settle()
  const all = cluster.client.all(pods)
  assert.deepEqual(
    all.map(({ metadata, spec }) => [metadata?.name, spec?.nodeName]),
    [
      ['high', 'a'],
      ['late', undefined],
    ],
  )
  const told = cluster.client.all(events).filter(({ reason }) => reason === 'Preempted')
  assert.deepEqual(
    told.map(({ regarding, involvedObject }: any) => (regarding ?? involvedObject).name),
    ['low'],
  )
  const refused = cluster.client.all(events).filter(({ reason }) => reason === 'FailedScheduling')
  assert.ok(refused.length >= 2)
  cluster.stop()
})
