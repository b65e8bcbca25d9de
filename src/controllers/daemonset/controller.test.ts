import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerRevisions } from '#api/apps/controllerrevision/resource.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { makeNode, startCluster, type TestCluster } from '../testing/cluster.ts'
import { makeDaemonSet } from '../testing/daemon-set.ts'

const scope = { namespace: 'default' }
const found = ({ client }: TestCluster) =>
  client
    .all(pods)
    .map(({ spec }) => [spec?.nodeName, spec?.containers?.[0]?.image].join(' '))
    .sort()
const statusOf = async ({ client }: TestCluster) => (await client.get(daemonSets, 'agent', scope)).status
const start = async (set = makeDaemonSet('agent')) => {
  const cluster = await startCluster({ nodes: 3 })
  await cluster.client.create(daemonSets, set)
  await cluster.converge()
  return cluster
}
const change = async ({ client }: TestCluster, image: string) =>
  client.patch(
    daemonSets,
    'agent',
    'merge',
    { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } },
    scope,
  )

test('every node has its pod, also one that comes later, and those of a node that goes are not made again', async () => {
  const cluster = await start()
  const { client } = cluster
  assert.deepEqual(found(cluster), ['node-1 first', 'node-2 first', 'node-3 first'])
  await client.create(nodes, makeNode('node-4'))
  await cluster.converge()
  assert.equal(found(cluster).length, 4)
  assert.deepEqual(await statusOf(cluster), {
    currentNumberScheduled: 4,
    numberMisscheduled: 0,
    desiredNumberScheduled: 4,
    numberReady: 4,
    observedGeneration: 1,
    updatedNumberScheduled: 4,
    numberAvailable: 4,
    numberUnavailable: 0,
  })
  const told = client.all(events).filter(({ involvedObject }) => involvedObject?.kind === 'DaemonSet')
  assert.deepEqual(
    [...new Set(told.map(({ reason, source }) => `${reason} ${source?.component}`))],
    ['SuccessfulCreate daemonset-controller'],
  )
  await client.delete(nodes, 'node-4')
  await cluster.converge()
  assert.equal((await statusOf(cluster))?.desiredNumberScheduled, 3)
  cluster.stop()
})

test('a node that is shunned by a taint loses its pod, and gets it back', async () => {
  const cluster = await start()
  const { client } = cluster
  const taint = (taints: readonly object[]) => client.patch(nodes, 'node-2', 'merge', { spec: { taints } })
  await taint([{ key: 'mine', effect: 'NoExecute' }])
  await cluster.converge()
  assert.deepEqual(found(cluster), ['node-1 first', 'node-3 first'])
  await taint([{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }])
  await cluster.converge()
  assert.equal(found(cluster).length, 3)
  cluster.stop()
})

test('a new template is rolled over the nodes, one after the other, and its state is kept', async () => {
  const cluster = await start()
  await change(cluster, 'second')
  await cluster.settle()
  const going = () => cluster.client.all(pods).filter(({ metadata }) => metadata?.deletionTimestamp)
  let most = going().length
  assert.equal(most, 1)
  while (await cluster.kubelet()) {
    await cluster.settle()
    most = Math.max(most, going().length)
  }
  assert.equal(most, 1)
  assert.deepEqual(found(cluster), ['node-1 second', 'node-2 second', 'node-3 second'])
  const kept = cluster.client.all(controllerRevisions)
  assert.deepEqual(kept.map(({ revision }) => revision).sort(), [1, 2])
  assert.deepEqual(
    new Set(cluster.client.all(pods).map(({ metadata }) => metadata?.labels?.['controller-revision-hash'])),
    new Set([kept.find(({ revision }) => revision === 2)!.metadata?.labels?.['controller-revision-hash']]),
  )
  await change(cluster, 'first')
  await cluster.converge()
  assert.deepEqual(
    cluster.client
      .all(controllerRevisions)
      .map(({ revision }) => revision)
      .sort(),
    [2, 3],
  )
  assert.deepEqual(found(cluster), ['node-1 first', 'node-2 first', 'node-3 first'])
  cluster.stop()
})

test('with a surge no node is without a ready pod while it is given a new one', async () => {
  const cluster = await start(
    makeDaemonSet('agent', {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    }),
  )
  await change(cluster, 'second')
  do {
    await cluster.settle()
    const ready = cluster.client
      .all(pods)
      .filter(({ status }) => status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
    assert.equal(new Set(ready.map(({ spec }) => spec?.nodeName)).size, 3)
  } while (await cluster.kubelet())
  assert.deepEqual(found(cluster), ['node-1 second', 'node-2 second', 'node-3 second'])
  cluster.stop()
})

test('with OnDelete a node keeps its old pod until somebody deletes it', async () => {
  const cluster = await start(makeDaemonSet('agent', { updateStrategy: { type: 'OnDelete' } }))
  await change(cluster, 'second')
  await cluster.converge()
  assert.deepEqual(found(cluster), ['node-1 first', 'node-2 first', 'node-3 first'])
  const one = cluster.client.all(pods).find(({ spec }) => spec?.nodeName === 'node-2')!
  await cluster.client.delete(pods, one.metadata!.name!, scope)
  await cluster.converge()
  assert.deepEqual(found(cluster), ['node-1 first', 'node-2 second', 'node-3 first'])
  assert.equal((await statusOf(cluster))?.updatedNumberScheduled, 1)
  cluster.stop()
})

test('a pod that failed is replaced, and told of', async () => {
  const cluster = await start()
  const { client } = cluster
  const one = client.all(pods).find(({ spec }) => spec?.nodeName === 'node-2')!
  const { uid } = one.metadata!
  await client.update(pods, { ...one, status: { phase: 'Failed' } }, { ...scope, subresource: 'status' })
  await cluster.converge()
  const now = client.all(pods).filter(({ spec }) => spec?.nodeName === 'node-2')
  assert.equal(now.length, 1)
  assert.notEqual(now[0]!.metadata?.uid, uid)
  const told = client.all(events).find(({ reason }) => reason === 'FailedDaemonPod')
  assert.equal(
    told?.message,
    `Found failed daemon pod default/${one.metadata!.name} on node node-2, will try to kill it`,
  )
  cluster.stop()
})

test('a pod that has come to its end is replaced too, and told of as that', async () => {
  const cluster = await start()
  const one = cluster.client.all(pods).find(({ spec }) => spec?.nodeName === 'node-1')!
  await cluster.client.update(pods, { ...one, status: { phase: 'Succeeded' } }, { ...scope, subresource: 'status' })
  await cluster.converge()
  const told = cluster.client.all(events).find(({ reason }) => reason === 'SucceededDaemonPod')
  const what = `Found succeeded daemon pod default/${one.metadata!.name} on node node-1, will try to delete it`
  assert.deepEqual([told?.type, told?.message], ['Normal', what])
  assert.equal(found(cluster).length, 3)
  cluster.stop()
})

test('old states go beyond the limit, and what cannot be made is told', async () => {
  let refused = false
  const cluster = await startCluster({
    nodes: 1,
    fake: {
      fault: (verb, { plural }) =>
        refused && verb === 'create' && plural === 'pods' ? new Error('no room') : undefined,
    },
  })
  const { client } = cluster
  await client.create(daemonSets, makeDaemonSet('agent', { revisionHistoryLimit: 1 }))
  for (const image of ['second', 'third', 'fourth']) {
    await cluster.converge()
    await change(cluster, image)
  }
  await cluster.converge()
  assert.deepEqual(
    client
      .all(controllerRevisions)
      .map(({ revision }) => revision)
      .sort(),
    [3, 4],
  )
  refused = true
  await client.create(nodes, makeNode('node-9'))
  await cluster.settle()
  assert.equal(client.all(events).find(({ reason }) => reason === 'FailedCreate')?.message, 'Error creating: no room')
  refused = false
  cluster.clock.advance(20_000)
  await cluster.converge()
  assert.deepEqual(found(cluster), ['node-1 fourth', 'node-9 fourth'])
  cluster.stop()
})

test('a pod is available when it has been ready for long enough, without anything else happening', async () => {
  const cluster = await start(makeDaemonSet('agent', { minReadySeconds: 10 }))
  assert.deepEqual((await statusOf(cluster))?.numberAvailable, 0)
  cluster.clock.advance(10_000)
  await cluster.settle()
  assert.deepEqual((await statusOf(cluster))?.numberAvailable, 3)
  cluster.stop()
})

test('where another has taken the name of a state, the next one is taken', async () => {
  const before = await start()
  const { metadata } = before.client.all(controllerRevisions)[0]!
  before.stop()
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(controllerRevisions, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: metadata!.name!, namespace: 'default' },
    data: { other: true },
    revision: 1,
  } as never)
  await cluster.client.create(daemonSets, makeDaemonSet('agent'))
  await cluster.converge()
  cluster.clock.advance(60_000)
  await cluster.converge()
  assert.equal((await statusOf(cluster))?.collisionCount, 1)
  assert.equal(found(cluster).length, 1)
  cluster.stop()
})

test('a node that comes to be selected has its pod from then on, and until it is selected no more', async () => {
  const cluster = await startCluster({ nodes: 2, only: ['daemonset'] })
  const { client } = cluster
  const { spec, ...rest } = makeDaemonSet('agent')
  const template = { ...spec!.template, spec: { ...spec!.template!.spec, nodeSelector: { disk: 'ssd' } } }
  await client.create(daemonSets, { ...rest, spec: { ...spec, template } } as typeof rest)
  const label = async (disk: string | null): Promise<number> => {
    await client.patch(nodes, 'node-2', 'merge', { metadata: { labels: { disk } } })
    await cluster.settle()
    return client.all(pods).length
  }
  await cluster.settle()
  assert.deepEqual(client.all(pods), [])
  assert.deepEqual([await label('hdd'), await label('ssd'), await label(null)], [0, 1, 0])
  cluster.stop()
})
