import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { claimOf, classNamed, volumeOf } from '#placement/testing/storage.ts'
import { makeNode, startCluster, type TestCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const start = () => startCluster({ only: ['persistentvolume-binder'] })
const without = <T extends { readonly metadata?: object }>(object: T): T => {
  const { uid: _, ...metadata } = object.metadata as { readonly uid?: string }
  return { ...object, metadata }
}
const addClaim = ({ client }: TestCluster, ...args: Parameters<typeof claimOf>) =>
  client.create(persistentVolumeClaims, without(claimOf(...args)), scope)
const addVolume = ({ client }: TestCluster, ...args: Parameters<typeof volumeOf>) =>
  client.create(persistentVolumes, without(volumeOf(args[0], { phase: 'Pending', ...args[1] })))
const claim = ({ client }: TestCluster, name = 'data') => client.get(persistentVolumeClaims, name, scope)
const volume = ({ client }: TestCluster, name = 'v') => client.get(persistentVolumes, name)
const phases = async (cluster: TestCluster, name = 'v') => [
  (await claim(cluster)).status?.phase,
  (await volume(cluster, name)).status?.phase,
]
const told = ({ client }: TestCluster): readonly string[] =>
  client.all(events).map(({ type, reason, message }) => `${type} ${reason} ${message}`)
const selected = (one: PersistentVolumeClaim) => one.metadata?.annotations?.['volume.kubernetes.io/selected-node']

test('a claim and a volume that fits find each other, whichever comes first, and each says whom it has', async () => {
  for (const claimFirst of [true, false]) {
    const cluster = await start()
    if (claimFirst) await addClaim(cluster, 'data')
    await cluster.settle()
    await addVolume(cluster, 'v', { spec: { capacity: { storage: '2Gi' } } })
    await cluster.settle()
    if (!claimFirst) {
      assert.equal((await volume(cluster)).status?.phase, 'Available')
      await addClaim(cluster, 'data')
      await cluster.settle()
    }
    const [mine, its] = [await claim(cluster), await volume(cluster)]
    assert.deepEqual(mine.status, { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } })
    assert.deepEqual([mine.spec?.volumeName, its.spec?.claimRef?.uid], ['v', mine.metadata?.uid])
    assert.deepEqual(mine.metadata?.annotations, {
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    })
    assert.equal(its.metadata?.annotations?.['pv.kubernetes.io/bound-by-controller'], 'yes')
    assert.equal(its.status?.phase, 'Bound')
    const why = 'Normal FailedBinding no persistent volumes available for this claim and no storage class is set'
    assert.deepEqual(told(cluster), claimFirst ? [why] : [])
    cluster.stop()
  }
})

test('two claims that want one volume: one has it, the other waits', async () => {
  const cluster = await start()
  await addVolume(cluster, 'v')
  await Promise.all([addClaim(cluster, 'data'), addClaim(cluster, 'more')])
  await cluster.settle()
  const all = cluster.client.all(persistentVolumeClaims).map(({ status }) => status?.phase)
  assert.deepEqual(all.sort(), ['Bound', 'Pending'])
  cluster.stop()
})

test('a claim that names its volume has that one, or is told why not', async () => {
  const cluster = await start()
  await addClaim(cluster, 'data', { spec: { volumeName: 'v' } })
  await addVolume(cluster, 'other')
  await cluster.settle()
  assert.equal((await claim(cluster)).status?.phase, 'Pending', 'it waits for the one that it names')
  await addVolume(cluster, 'v', { spec: { capacity: { storage: '1Mi' } } })
  await cluster.settle()
  assert.deepEqual(told(cluster), [
    'Warning VolumeMismatch Cannot bind to requested volume "v": requested PV is too small',
  ])
  const small = await volume(cluster)
  await cluster.client.update(persistentVolumes, { ...small, spec: { ...small.spec!, capacity: { storage: '1Gi' } } })
  await cluster.settle()
  assert.deepEqual(await phases(cluster), ['Bound', 'Bound'])
  assert.equal((await claim(cluster)).metadata?.annotations?.['pv.kubernetes.io/bound-by-controller'], undefined)
  await addClaim(cluster, 'late', { spec: { volumeName: 'v' } })
  await cluster.settle()
  assert.ok(told(cluster).includes('Warning FailedBinding volume "v" already bound to a different claim.'))
  cluster.stop()
})

test('a volume that is kept for a claim’s name waits for that one, and for no other', async () => {
  const cluster = await start()
  await addVolume(cluster, 'v', { spec: { claimRef: { namespace: 'default', name: 'data' } } })
  await addClaim(cluster, 'other')
  await cluster.settle()
  assert.equal((await volume(cluster)).status?.phase, 'Available')
  await cluster.client.create(storageClasses, classNamed('late'))
  await addClaim(cluster, 'data', { spec: { storageClassName: 'late' } })
  await cluster.settle()
  assert.deepEqual(await phases(cluster), ['Bound', 'Bound'])
  assert.equal((await claim(cluster, 'other')).status?.phase, 'Pending')
  cluster.stop()
})

test('a volume whose claim goes is released; what people made they take away, and what cannot be done is said', async () => {
  const outcomes: Record<string, readonly (string | undefined)[]> = {}
  for (const policy of ['Retain', 'Delete', 'Recycle'] as const) {
    const cluster = await start()
    await addVolume(cluster, 'v', { spec: { persistentVolumeReclaimPolicy: policy } })
    await addClaim(cluster, 'data')
    await cluster.settle()
    await cluster.client.delete(persistentVolumeClaims, 'data', scope)
    await cluster.settle()
    await addClaim(cluster, 'data')
    await cluster.settle()
    outcomes[policy] = [(await volume(cluster)).status?.phase, (await claim(cluster)).status?.phase]
    if (policy !== 'Retain') assert.match(told(cluster).join('\n'), new RegExp(`Warning VolumeFailed${policy} `))
    cluster.stop()
  }
  assert.deepEqual(outcomes, {
    Retain: ['Released', 'Pending'],
    Delete: ['Failed', 'Pending'],
    Recycle: ['Failed', 'Pending'],
  })
})

test('a released volume whose reference is taken away is free again', async () => {
  const cluster = await start()
  await addVolume(cluster, 'v')
  await addClaim(cluster, 'data')
  await cluster.settle()
  await cluster.client.delete(persistentVolumeClaims, 'data', scope)
  await cluster.settle()
  const { claimRef: _, ...spec } = (await volume(cluster)).spec!
  await cluster.client.update(persistentVolumes, { ...(await volume(cluster)), spec })
  await cluster.settle()
  assert.equal((await volume(cluster)).status?.phase, 'Available')
  cluster.stop()
})

test('a claim whose volume goes is lost, and says so', async () => {
  const cluster = await start()
  await addVolume(cluster, 'v')
  await addClaim(cluster, 'data')
  await cluster.settle()
  await cluster.client.delete(persistentVolumes, 'v')
  await cluster.settle()
  assert.equal((await claim(cluster)).status?.phase, 'Lost')
  assert.match(told(cluster).join(), /Warning ClaimLost Bound claim has lost its PersistentVolume\. Data on the volume/)
  cluster.stop()
})

test('a claim without a class gets the default one as soon as there is one', async () => {
  const cluster = await start()
  await addClaim(cluster, 'data', { spec: { storageClassName: undefined } })
  await addClaim(cluster, 'none')
  await cluster.settle()
  await cluster.client.create(storageClasses, classNamed('plain'))
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  await cluster.client.create(storageClasses, classNamed('usual', { metadata: { annotations } }))
  await cluster.settle()
  assert.equal((await claim(cluster)).spec?.storageClassName, 'usual')
  assert.equal((await claim(cluster, 'none')).spec?.storageClassName, '')
  cluster.stop()
})

test('a claim that waits for a pod says so, then for which; it is annotated when the scheduler has chosen a node', async () => {
  const cluster = await start()
  const provisioner = 'example.com/disk'
  await cluster.client.create(storageClasses, classNamed('late'))
  await addVolume(cluster, 'v', { spec: { storageClassName: 'late' } })
  await addClaim(cluster, 'data', { spec: { storageClassName: 'late' } })
  await cluster.settle()
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
  const spec = { containers: [{ name: 'c', image: 'i' }], volumes }
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...scope }, spec })
  await cluster.settle()
  assert.deepEqual(await phases(cluster), ['Pending', 'Available'], 'the scheduler chooses among volumes')
  const waiting = await claim(cluster)
  const chosen = { ...waiting.metadata?.annotations, 'volume.kubernetes.io/selected-node': 'node-1' }
  await cluster.client.delete(persistentVolumes, 'v')
  await cluster.client.update(persistentVolumeClaims, {
    ...waiting,
    metadata: { ...waiting.metadata, annotations: chosen },
  })
  await cluster.settle()
  const annotated = (await claim(cluster)).metadata?.annotations
  assert.equal(annotated?.['volume.kubernetes.io/storage-provisioner'], provisioner)
  assert.equal(annotated?.['volume.beta.kubernetes.io/storage-provisioner'], provisioner)
  assert.deepEqual(
    cluster.client.all(events).map(({ reason, message }) => `${reason} ${message?.slice(0, 88)}`),
    [
      'WaitForFirstConsumer waiting for first consumer to be created before binding',
      'WaitForPodScheduled waiting for pod p to be scheduled',
      "ExternalProvisioning Waiting for a volume to be created either by the external provisioner 'example.com/disk'",
    ].map((text) => text.slice(0, text.indexOf(' ') + 89)),
  )
  cluster.stop()
})

test('where nobody has to wait for a pod, a local folder is on the well node with the fewest; a class that is not there is said', async () => {
  const cluster = await start()
  await cluster.client.create(nodes, makeNode('a', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }))
  await cluster.client.create(nodes, makeNode('b', { spec: { unschedulable: true } }))
  await addClaim(cluster, 'data', { spec: { storageClassName: 'now' } })
  await cluster.settle()
  assert.deepEqual(told(cluster), ['Warning ProvisioningFailed storageclass.storage.k8s.io "now" not found'])
  const immediate = { volumeBindingMode: 'Immediate', provisioner: 'fairlead.io/local-folder' } as const
  await cluster.client.create(storageClasses, classNamed('now', immediate))
  await cluster.settle()
  assert.equal(selected(await claim(cluster)), undefined)
  const open = await cluster.client.get(nodes, 'b')
  await cluster.client.update(nodes, { ...open, spec: { unschedulable: false } })
  await cluster.settle()
  assert.equal(selected(await claim(cluster)), 'b')
  await cluster.client.create(nodes, makeNode('c'))
  await cluster.client.delete(nodes, 'b')
  await cluster.settle()
  assert.equal(selected(await claim(cluster)), 'c')
  await cluster.client.create(nodes, makeNode('d'))
  await cluster.client.delete(nodes, 'c')
  await cluster.settle()
  assert.equal(selected(await claim(cluster)), 'd', 'that node is gone')
  cluster.stop()
})

test('a volume that was made for a claim becomes its own; made for one that has another by now, it is let go', async () => {
  const cluster = await start()
  await cluster.client.create(storageClasses, classNamed('late'))
  const { metadata } = await addClaim(cluster, 'data', { spec: { storageClassName: 'late' } })
  const claimRef = { namespace: 'default', name: 'data', uid: metadata?.uid }
  const made = (name: string): Promise<PersistentVolume> =>
    addVolume(cluster, name, {
      metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': 'x' } },
      spec: { storageClassName: 'late', claimRef, persistentVolumeReclaimPolicy: 'Delete' },
    })
  await made('v')
  await cluster.settle()
  assert.deepEqual(await phases(cluster), ['Bound', 'Bound'])
  await made('second')
  await cluster.settle()
  assert.deepEqual(await phases(cluster, 'second'), ['Bound', 'Released'])
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})
