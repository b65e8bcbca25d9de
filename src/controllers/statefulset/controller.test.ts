import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerRevisions } from '#api/apps/controllerrevision/resource.ts'
import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import { statefulSets } from '#api/apps/statefulset/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { volumeOf } from '#placement/testing/storage.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'
import { makeStatefulSet } from '../testing/stateful-set.ts'

const scope = { namespace: 'default' }
const names = ({ client }: TestCluster): readonly (string | undefined)[] =>
  client
    .all(pods)
    .map(({ metadata }) => metadata?.name)
    .sort()
const podNamed = ({ client }: TestCluster, name: string): Promise<Pod> => client.get(pods, name, scope)
const setNamed = ({ client }: TestCluster, name = 'web'): Promise<StatefulSet> => client.get(statefulSets, name, scope)
const change = ({ client }: TestCluster, spec: object): Promise<StatefulSet> =>
  client.patch(statefulSets, 'web', 'merge', { spec }, scope)
const roll = (cluster: TestCluster, image: string): Promise<StatefulSet> =>
  change(cluster, { template: { spec: { containers: [{ name: 'c', image }] } } })
const imagesOf = ({ client }: TestCluster): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    client
      .all(pods)
      .map(({ metadata, spec }) => [metadata!.name!, spec?.containers?.[0]?.image])
      .sort() as [string, string][],
  )
const messages = ({ client }: TestCluster, word: string): readonly (string | undefined)[] =>
  client
    .all(events)
    .filter(({ reason }) => reason === word)
    .map(({ message }) => message)
/** One step of every kubelet: what is told to go goes, and what is there gets ready. */
const step = async (cluster: TestCluster): Promise<void> => {
  await cluster.settle()
  await cluster.kubelet()
  await cluster.settle()
}

test('pods come one after the other, each under its own name, and go from the last', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 3))
  await cluster.settle()
  assert.deepEqual(names(cluster), ['web-0'])
  await step(cluster)
  assert.deepEqual(names(cluster), ['web-0', 'web-1'])
  await cluster.converge()
  assert.deepEqual(names(cluster), ['web-0', 'web-1', 'web-2'])
  const { metadata, spec } = await podNamed(cluster, 'web-1')
  const { status } = await setNamed(cluster)
  assert.deepEqual(metadata?.labels, {
    app: 'web',
    'statefulset.kubernetes.io/pod-name': 'web-1',
    'apps.kubernetes.io/pod-index': '1',
    'controller-revision-hash': status?.updateRevision,
  })
  assert.deepEqual([spec?.hostname, spec?.subdomain], ['web-1', 'web'])
  assert.deepEqual(status, {
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: status?.updateRevision,
    updateRevision: status?.updateRevision,
    collisionCount: 0,
    availableReplicas: 3,
  })
  assert.deepEqual(messages(cluster, 'SuccessfulCreate'), [
    'create Pod web-0 in StatefulSet web successful',
    'create Pod web-1 in StatefulSet web successful',
    'create Pod web-2 in StatefulSet web successful',
  ])
  await change(cluster, { replicas: 1 })
  await cluster.settle()
  const going = cluster.client.all(pods).filter(({ metadata }) => metadata?.deletionTimestamp)
  assert.deepEqual(
    going.map(({ metadata }) => metadata?.name),
    ['web-2'],
  )
  await cluster.converge()
  assert.deepEqual(names(cluster), ['web-0'])
  assert.deepEqual(messages(cluster, 'SuccessfulDelete'), [
    'delete Pod web-2 in StatefulSet web successful',
    'delete Pod web-1 in StatefulSet web successful',
  ])
  cluster.stop()
})

test('a pod that is not well holds up those that come after it, and those that should go before it', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 3))
  await cluster.converge()
  await cluster.ready(await podNamed(cluster, 'web-0'), false)
  await change(cluster, { replicas: 4 })
  await cluster.settle()
  assert.deepEqual(names(cluster), ['web-0', 'web-1', 'web-2'])
  await change(cluster, { replicas: 1 })
  await cluster.settle()
  assert.ok(cluster.client.all(pods).every(({ metadata }) => !metadata?.deletionTimestamp))
  await cluster.converge()
  assert.deepEqual(names(cluster), ['web-0'])
  cluster.stop()
})

test('Parallel pods come and go at once', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 3, { podManagementPolicy: 'Parallel' }))
  await cluster.settle()
  assert.deepEqual(names(cluster), ['web-0', 'web-1', 'web-2'])
  await change(cluster, { replicas: 0 })
  await cluster.settle()
  assert.ok(cluster.client.all(pods).every(({ metadata }) => metadata?.deletionTimestamp))
  await cluster.converge()
  assert.deepEqual(names(cluster), [])
  cluster.stop()
})

test('a pod that is deleted, or that ended, comes again under its name and with its template', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 2))
  await cluster.converge()
  const before = await podNamed(cluster, 'web-0')
  await cluster.client.delete(pods, 'web-0', scope)
  await cluster.converge()
  assert.notEqual((await podNamed(cluster, 'web-0')).metadata?.uid, before.metadata?.uid)
  const failed = await podNamed(cluster, 'web-1')
  const status = { ...failed.status, phase: 'Failed' as const, conditions: [] }
  await cluster.client.update(pods, { ...failed, status }, { ...scope, subresource: 'status' })
  await cluster.settle()
  assert.ok((await podNamed(cluster, 'web-1')).metadata?.deletionTimestamp)
  await cluster.converge()
  assert.notEqual((await podNamed(cluster, 'web-1')).metadata?.uid, failed.metadata?.uid)
  cluster.stop()
})

test('pods are numbered from where the set says', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 2, { ordinals: { start: 5 } }))
  await cluster.converge()
  assert.deepEqual(names(cluster), ['web-5', 'web-6'])
  await change(cluster, { ordinals: { start: 6 } })
  await cluster.converge()
  assert.deepEqual(names(cluster), ['web-6', 'web-7'])
  cluster.stop()
})

test('a rolling update replaces one pod after the other from the last, and waits for each', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 3))
  await cluster.converge()
  const first = (await setNamed(cluster)).status!.updateRevision
  await roll(cluster, 'second')
  await cluster.settle()
  const going = () => cluster.client.all(pods).filter(({ metadata }) => metadata?.deletionTimestamp)
  assert.deepEqual(
    going().map(({ metadata }) => metadata?.name),
    ['web-2'],
  )
  const under = (await setNamed(cluster)).status!
  assert.deepEqual([under.currentRevision, under.currentReplicas, under.updatedReplicas], [first, 2, 0])
  assert.notEqual(under.updateRevision, first)
  await cluster.kubelet()
  await cluster.settle()
  assert.deepEqual(imagesOf(cluster), { 'web-0': 'first', 'web-1': 'first', 'web-2': 'second' })
  assert.deepEqual(going(), [])
  await cluster.converge()
  assert.deepEqual(imagesOf(cluster), { 'web-0': 'second', 'web-1': 'second', 'web-2': 'second' })
  const done = (await setNamed(cluster)).status!
  assert.equal(done.currentRevision, done.updateRevision)
  assert.equal(done.currentReplicas, 3)
  cluster.stop()
})

test('pods below the partition keep the template that they have, also where they are made again', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate: { partition: 2 } }
  await cluster.client.create(statefulSets, makeStatefulSet('web', 3, { updateStrategy }))
  await cluster.converge()
  await roll(cluster, 'second')
  await cluster.converge()
  const canary = { 'web-0': 'first', 'web-1': 'first', 'web-2': 'second' }
  assert.deepEqual(imagesOf(cluster), canary)
  for (const name of ['web-0', 'web-2']) await cluster.client.delete(pods, name, scope)
  await cluster.converge()
  assert.deepEqual(imagesOf(cluster), canary)
  const { status } = await setNamed(cluster)
  assert.deepEqual([status?.currentReplicas, status?.updatedReplicas], [2, 1])
  assert.notEqual(status?.currentRevision, status?.updateRevision)
  await change(cluster, { updateStrategy: { rollingUpdate: { partition: 0 } } })
  await cluster.converge()
  assert.deepEqual(imagesOf(cluster), { 'web-0': 'second', 'web-1': 'second', 'web-2': 'second' })
  cluster.stop()
})

test('with OnDelete a pod is replaced when somebody deletes it', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 2, { updateStrategy: { type: 'OnDelete' } }))
  await cluster.converge()
  await roll(cluster, 'second')
  await cluster.converge()
  assert.deepEqual(imagesOf(cluster), { 'web-0': 'first', 'web-1': 'first' })
  await cluster.client.delete(pods, 'web-0', scope)
  await cluster.converge()
  assert.deepEqual(imagesOf(cluster), { 'web-0': 'second', 'web-1': 'first' })
  cluster.stop()
})

test('states are kept as ControllerRevisions; one that is gone back to becomes the newest, and old ones go', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const kept = () =>
    cluster.client
      .all(controllerRevisions)
      .sort((a, b) => a.revision! - b.revision!)
      .map(({ revision, data }) => [revision, (data as any).spec.template.spec.containers[0].image])
  await cluster.client.create(statefulSets, makeStatefulSet('web', 1, { revisionHistoryLimit: 1 }))
  await cluster.converge()
  assert.deepEqual(kept(), [[1, 'first']])
  const [only] = cluster.client.all(controllerRevisions)
  assert.equal(only?.metadata?.ownerReferences?.[0]?.name, 'web')
  assert.equal(only?.metadata?.name, `web-${only?.metadata?.labels?.['controller.kubernetes.io/hash']}`)
  assert.equal(only?.metadata?.labels?.app, 'web')
  assert.equal((only!.data as any).spec.template.$patch, 'replace')
  await roll(cluster, 'second')
  await cluster.converge()
  assert.deepEqual(kept(), [
    [1, 'first'],
    [2, 'second'],
  ])
  await roll(cluster, 'first')
  await cluster.converge()
  assert.deepEqual(kept(), [
    [2, 'second'],
    [3, 'first'],
  ])
  assert.equal((await setNamed(cluster)).status?.updateRevision, only?.metadata?.name)
  await roll(cluster, 'third')
  await cluster.converge()
  await roll(cluster, 'fourth')
  await cluster.converge()
  assert.deepEqual(kept(), [
    [4, 'third'],
    [5, 'fourth'],
  ])
  cluster.stop()
})

test('a name that another object has is not taken from it', async () => {
  const other = await startCluster({ nodes: 1 })
  await other.client.create(statefulSets, makeStatefulSet('web', 1))
  await other.converge()
  const taken = other.client.all(controllerRevisions)[0]!.metadata!.name!
  other.stop()
  const cluster = await startCluster({ nodes: 1 })
  const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', data: {}, revision: 1 } as const
  await cluster.client.create(controllerRevisions, { ...revision, metadata: { name: taken } }, scope)
  await cluster.client.create(statefulSets, makeStatefulSet('web', 1))
  await cluster.converge()
  const { status } = await setNamed(cluster)
  assert.equal(status?.collisionCount, 1)
  assert.notEqual(status?.updateRevision, taken)
  assert.equal(status?.readyReplicas, 1)
  cluster.stop()
})

const CLAIM = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', labels: { tier: 'disk' } },
  spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } },
} as const
const claimed = (policy?: object): StatefulSet =>
  makeStatefulSet('web', 2, {
    volumeClaimTemplates: [CLAIM],
    ...(policy ? { persistentVolumeClaimRetentionPolicy: policy } : {}),
  })
/** A cluster of one node, with volumes for all claims. */
const startWithVolumes = async (): Promise<TestCluster> => {
  const cluster = await startCluster({ nodes: 1 })
  for (const name of ['v1', 'v2', 'v3']) await cluster.client.create(persistentVolumes, volumeOf(name))
  return cluster
}
const claims = ({ client }: TestCluster) =>
  client
    .all(persistentVolumeClaims)
    .map(({ metadata }) => [metadata?.name, (metadata?.ownerReferences ?? []).map(({ name }) => name).join()])
    .sort()

test('each pod has its claims, which stay when it goes', async () => {
  const cluster = await startWithVolumes()
  await cluster.client.create(statefulSets, claimed())
  await cluster.converge()
  assert.deepEqual(claims(cluster), [
    ['data-web-0', ''],
    ['data-web-1', ''],
  ])
  const [{ metadata, spec } = {}] = cluster.client.all(persistentVolumeClaims)
  const { volumeName, ...asked } = spec ?? {}
  assert.ok(volumeName)
  assert.deepEqual([metadata?.labels, asked], [{ tier: 'disk', app: 'web' }, CLAIM.spec])
  assert.deepEqual((await podNamed(cluster, 'web-1')).spec?.volumes, [
    { name: 'data', persistentVolumeClaim: { claimName: 'data-web-1' } },
  ])
  assert.deepEqual(messages(cluster, 'SuccessfulCreate').slice(0, 2), [
    'create Claim data-web-0 Pod web-0 in StatefulSet web success',
    'create Pod web-0 in StatefulSet web successful',
  ])
  await change(cluster, { replicas: 1 })
  await cluster.converge()
  assert.deepEqual(claims(cluster), [
    ['data-web-0', ''],
    ['data-web-1', ''],
  ])
  cluster.stop()
})

test('a pod that waits is given the claim that somebody took away', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, claimed())
  await cluster.settle()
  await cluster.client.delete(persistentVolumeClaims, 'data-web-0', scope)
  await change(cluster, { minReadySeconds: 1 })
  await cluster.settle()
  assert.deepEqual(claims(cluster), [['data-web-0', '']])
  cluster.stop()
})

test('claims belong to the set, or to pods that are not wanted any more, as the policy says, and go with them', async () => {
  const cluster = await startWithVolumes()
  await cluster.client.create(statefulSets, claimed({ whenDeleted: 'Delete', whenScaled: 'Delete' }))
  await cluster.converge()
  assert.deepEqual(claims(cluster), [
    ['data-web-0', 'web'],
    ['data-web-1', 'web'],
  ])
  await change(cluster, { replicas: 1 })
  await cluster.settle()
  assert.deepEqual(claims(cluster), [
    ['data-web-0', 'web'],
    ['data-web-1', 'web-1'],
  ])
  await cluster.converge()
  assert.deepEqual(claims(cluster), [['data-web-0', 'web']])
  await change(cluster, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' } })
  await cluster.converge()
  assert.deepEqual(claims(cluster), [['data-web-0', '']])
  await change(cluster, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } })
  await cluster.converge()
  await cluster.client.delete(statefulSets, 'web', { ...scope, propagationPolicy: 'Background' })
  await cluster.converge()
  assert.deepEqual([claims(cluster), names(cluster), cluster.client.all(controllerRevisions)], [[], [], []])
  cluster.stop()
})

test('orphans of its labels and its names are adopted, and nobody else', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 2))
  await cluster.converge()
  const before = cluster.client.all(pods).map(({ metadata }) => metadata?.uid)
  await cluster.client.delete(statefulSets, 'web', { ...scope, propagationPolicy: 'Orphan' })
  await cluster.converge()
  const stranger = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', labels: { app: 'web' } } } as const
  await cluster.client.create(pods, stranger, scope)
  await cluster.client.create(statefulSets, makeStatefulSet('web', 2))
  await cluster.converge()
  const owned = cluster.client.all(pods).filter(({ metadata }) => metadata?.ownerReferences?.length)
  assert.deepEqual(
    owned.map(({ metadata }) => metadata?.uid),
    before,
  )
  assert.equal(cluster.client.all(controllerRevisions).length, 1)
  const { status } = await setNamed(cluster)
  assert.deepEqual([status?.replicas, status?.updatedReplicas], [2, 2])
  cluster.stop()
})

test('a pod counts as available minReadySeconds after it is ready, and the next one waits for that', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 2, { minReadySeconds: 10 }))
  await step(cluster)
  assert.deepEqual(names(cluster), ['web-0'])
  const { status } = await setNamed(cluster)
  assert.deepEqual([status?.readyReplicas, status?.availableReplicas], [1, 0])
  cluster.clock.advance(10_000)
  await cluster.settle()
  assert.deepEqual(names(cluster), ['web-0', 'web-1'])
  assert.equal((await setNamed(cluster)).status?.availableReplicas, 1)
  cluster.stop()
})

test('what cannot be made is told, and tried again', async () => {
  let refused = true
  const cluster = await startCluster({
    nodes: 1,
    fake: {
      fault: (verb, { plural }) =>
        refused && verb === 'create' && plural === 'pods' ? new Error('no room') : undefined,
    },
  })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 1))
  await cluster.settle()
  assert.deepEqual(messages(cluster, 'FailedCreate'), ['create Pod web-0 in StatefulSet web failed error: no room'])
  assert.equal((await setNamed(cluster)).status?.observedGeneration, 1)
  refused = false
  cluster.clock.advance(60_000)
  await cluster.converge()
  assert.deepEqual(names(cluster), ['web-0'])
  cluster.stop()
})

test('conditions that others write into the status stay', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const set = await cluster.client.create(statefulSets, makeStatefulSet('web', 1))
  const conditions = [{ type: 'Mine', status: 'True' }]
  await cluster.client.update(
    statefulSets,
    { ...set, status: { ...set.status!, conditions } as never },
    {
      ...scope,
      subresource: 'status',
    },
  )
  await cluster.converge()
  const { status } = await setNamed(cluster)
  assert.deepEqual([status?.conditions, status?.readyReplicas], [conditions, 1])
  cluster.stop()
})

test('a pod whose labels somebody has taken away gets them back', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 1))
  await cluster.converge()
  const labelled = async () => (await podNamed(cluster, 'web-0')).metadata?.labels
  const labels = await labelled()
  const gone = { 'statefulset.kubernetes.io/pod-name': null, 'apps.kubernetes.io/pod-index': '7' }
  await cluster.client.patch(pods, 'web-0', 'merge', { metadata: { labels: gone } }, scope)
  await cluster.settle()
  assert.deepEqual(await labelled(), labels)
  assert.deepEqual(messages(cluster, 'SuccessfulUpdate'), ['update Pod web-0 in StatefulSet web successful'])
  cluster.stop()
})
