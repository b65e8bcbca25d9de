import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { claimOf, classNamed, onNodes, volumeOf } from '#placement/testing/storage.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const start = () => startCluster({ only: ['scheduler', 'persistentvolume-binder', 'ephemeral-volume'], nodes: 3 })
const addClaim = ({ client }: TestCluster, name: string, storageClassName = 'late') => {
  const { metadata: _, ...rest } = claimOf(name, { spec: { storageClassName } })
  return client.create(persistentVolumeClaims, { ...rest, metadata: { name, ...scope } }, scope)
}
const addPod = ({ client }: TestCluster, name: string, ...volumes: readonly object[]) =>
  client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...scope },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: volumes.map((one, index) => ({ name: `v${index}`, ...one })),
    },
  })
const using = (claimName: string) => ({ persistentVolumeClaim: { claimName } })
const nodeOf = async ({ client }: TestCluster, name: string) => (await client.get(pods, name, scope)).spec?.nodeName
const selected = async ({ client }: TestCluster, name: string) =>
  (await client.get(persistentVolumeClaims, name, scope)).metadata?.annotations?.['volume.kubernetes.io/selected-node']
/** Who makes volumes does so where the scheduler wants them. */
const provision = async (cluster: TestCluster, name: string) => {
  const node = await selected(cluster, name)
  const { metadata } = await cluster.client.get(persistentVolumeClaims, name, scope)
  const claimRef = { ...scope, name, uid: metadata?.uid }
  const { metadata: _, ...rest } = volumeOf(`for-${name}`, {
    spec: { storageClassName: 'late', claimRef, nodeAffinity: onNodes(node ?? '') },
  })
  await cluster.client.create(persistentVolumes, { ...rest, metadata: { name: `for-${name}` } })
  await cluster.settle()
  return node
}

test('a pod names the node of its claims’ volumes, and gets it when they are made there', async () => {
  const cluster = await start()
  await cluster.client.create(storageClasses, classNamed('late'))
  await addClaim(cluster, 'one')
  await addClaim(cluster, 'two')
  await addPod(cluster, 'p', using('one'), using('two'))
  await cluster.settle()
  assert.equal(await nodeOf(cluster, 'p'), undefined)
  const node = await provision(cluster, 'one')
  assert.equal(await nodeOf(cluster, 'p'), undefined, 'one of two is not enough')
  assert.equal(await provision(cluster, 'two'), node)
  assert.equal(await nodeOf(cluster, 'p'), node)
  await addPod(cluster, 'again', using('one'))
  await cluster.settle()
  assert.equal(await nodeOf(cluster, 'again'), node, 'who comes later goes where the data is')
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})

test('two pods of one claim go to one node, and a scheduler that starts anew goes on where it was', async () => {
  const cluster = await start()
  await cluster.client.create(storageClasses, classNamed('late'))
  await addClaim(cluster, 'data')
  await Promise.all([addPod(cluster, 'p', using('data')), addPod(cluster, 'q', using('data'))])
  await cluster.settle()
  const before = await selected(cluster, 'data')
  await cluster.restart()
  await cluster.settle()
  assert.equal(await provision(cluster, 'data'), before)
  assert.deepEqual([await nodeOf(cluster, 'p'), await nodeOf(cluster, 'q')], [before, before])
  cluster.stop()
})

test('of volumes that are there the scheduler promises one of its node', async () => {
  const cluster = await start()
  await cluster.client.create(storageClasses, classNamed('late', { provisioner: 'kubernetes.io/no-provisioner' }))
  await addClaim(cluster, 'data')
  await addPod(cluster, 'p', using('data'))
  await cluster.settle()
  const why = "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind."
  const [event] = cluster.client.all(events).filter(({ reason }) => reason === 'FailedScheduling')
  assert.ok(event?.message?.startsWith(why), event?.message)
  const { metadata: _, ...rest } = volumeOf('disk', {
    spec: { storageClassName: 'late', nodeAffinity: onNodes('node-2') },
  })
  await cluster.client.create(persistentVolumes, { ...rest, metadata: { name: 'disk' }, status: { phase: 'Pending' } })
  await cluster.settle()
  assert.equal(await nodeOf(cluster, 'p'), 'node-2')
  assert.equal((await cluster.client.get(persistentVolumeClaims, 'data', scope)).spec?.volumeName, 'disk')
  cluster.stop()
})

test('where the node’s name is taken away from the claim, the pod is placed again', async () => {
  const cluster = await start()
  await cluster.client.create(storageClasses, classNamed('late'))
  await addClaim(cluster, 'data')
  await addPod(cluster, 'p', using('data'))
  await cluster.settle()
  const claim = await cluster.client.get(persistentVolumeClaims, 'data', scope)
  await cluster.client.update(
    persistentVolumeClaims,
    { ...claim, metadata: { ...claim.metadata, annotations: {} } },
    scope,
  )
  await cluster.settle()
  const node = await provision(cluster, 'data')
  assert.ok(node)
  assert.equal(await nodeOf(cluster, 'p'), node)
  cluster.stop()
})

test('a pod without its claim waits for it; an ephemeral volume gets a claim that the pod owns', async () => {
  const cluster = await start()
  await cluster.client.create(storageClasses, classNamed('late'))
  await addPod(cluster, 'p', using('missing'))
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'late', resources: { requests: { storage: '1Gi' } } }
  const template = { metadata: { labels: { a: 'b' } }, spec }
  const pod = await addPod(cluster, 'q', { ephemeral: { volumeClaimTemplate: template } })
  await cluster.settle()
  const [event] = cluster.client.all(events).filter(({ reason }) => reason === 'FailedScheduling')
  assert.match(event?.message ?? '', /^0\/3 nodes are available: persistentvolumeclaim "missing" not found\./)
  const claim = await cluster.client.get(persistentVolumeClaims, 'q-v0', scope)
  assert.deepEqual([claim.metadata?.labels, claim.metadata?.ownerReferences?.[0]?.uid], [{ a: 'b' }, pod.metadata?.uid])
  assert.equal(await provision(cluster, 'q-v0'), await nodeOf(cluster, 'q'))
  await addClaim(cluster, 'missing')
  await cluster.settle()
  await provision(cluster, 'missing')
  assert.ok(await nodeOf(cluster, 'p'))
  cluster.stop()
})
