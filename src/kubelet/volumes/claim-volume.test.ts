import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isReady } from '#objects/conditions.ts'
import { boundClaim, claimOf, onNodes, volumeOf } from '#placement/testing/storage.ts'
import type { FakeCluster } from '../testing/fake-cluster.ts'
import { startCluster } from '../testing/start-cluster.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-claims-'))
after(() => rmSync(folder, { recursive: true }))
const scope = { namespace: 'default' }
const using = (claimName: string, readOnly = false) => ({
  containers: [{ name: 'c', image: 'fairlead/echo', volumeMounts: [{ name: 'v', mountPath: '/data' }] }],
  volumes: [{ name: 'v', persistentVolumeClaim: { claimName, readOnly } }],
})
type Volume = Parameters<typeof volumeOf>[1]

const give = async (
  { api }: FakeCluster,
  name: string,
  more: Volume = {},
  accessModes?: readonly ['ReadWriteOncePod'],
) => {
  const made = boundClaim(name, `for-${name}`)
  const { uid: _, ...metadata } = made.metadata as { uid?: string; name: string }
  const claim = await api.create(
    persistentVolumeClaims,
    { ...made, metadata, spec: { ...made.spec, ...(accessModes && { accessModes }) } },
    scope,
  )
  const claimRef = { ...scope, name, uid: claim.metadata?.uid }
  const volume = volumeOf(`for-${name}`, {
    ...more,
    spec: { hostPath: { path: join(folder, name) }, ...more.spec, claimRef },
    phase: 'Bound',
  })
  await api.create(persistentVolumes, { ...volume, metadata: { name: `for-${name}` } })
}
/** Where container `c` of a pod has its volume from. */
const sourceOf = ({ runtime }: FakeCluster, pod = 'web') => {
  const specs = [...runtime.containers.values()].map(({ spec }) => spec)
  const [mount] = specs
    .filter(({ annotations }) => JSON.stringify(annotations).includes(`"${pod}"`))
    .flatMap(({ mounts }) => mounts.filter(({ destination }) => destination === '/data'))
  return mount && [mount.source, mount.readOnly]
}
const whyOf = async (cluster: FakeCluster) =>
  (await cluster.events('FailedMount'))[0]?.message?.replace(/^MountVolume.SetUp failed: volume "v": /, '')

test('a pod has what its claim has; as the claim’s volume it may be for reading alone', async () => {
  const cluster = await startCluster()
  await give(cluster, 'data')
  await cluster.pod('web', using('data'))
  await cluster.until('web', isReady)
  assert.deepEqual(sourceOf(cluster), [join(folder, 'data'), false])
  await cluster.pod('looker', using('data', true))
  await cluster.until('looker', isReady)
  assert.deepEqual(sourceOf(cluster, 'looker'), [join(folder, 'data'), true])
})

test('a pod that runs keeps what it has when its kubelet starts anew, whatever has become of its claim', async () => {
  const cluster = await startCluster()
  await give(cluster, 'data')
  await cluster.pod('web', using('data'))
  await cluster.until('web', isReady)
  await cluster.kubelet.stop()
  await cluster.api.delete(persistentVolumeClaims, 'data', scope)
  await cluster.api.delete(persistentVolumes, 'for-data')
  await cluster.start()
  const [id] = cluster.runtime.containers.keys()
  cluster.runtime.exit(id!, 1)
  await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(pod))
  assert.deepEqual(sourceOf(cluster), [join(folder, 'data'), false])
})

test('a local folder that people named is there, is used on its nodes alone, and is given to the pod’s group', async () => {
  const cluster = await startCluster()
  mkdirSync(join(folder, 'disk'))
  writeFileSync(join(folder, 'disk/file'), '')
  const local = { hostPath: undefined as never, local: { path: join(folder, 'disk') }, nodeAffinity: onNodes('n1') }
  await give(cluster, 'disk', { spec: local })
  const group = process.getgid?.() ?? 0
  await cluster.pod('web', { ...using('disk'), securityContext: { fsGroup: group } })
  await cluster.until('web', isReady)
  const { mode, gid } = statSync(join(folder, 'disk/file'))
  assert.deepEqual([gid, mode & 0o060], [group, 0o060])
  await give(cluster, 'far', { spec: { ...local, nodeAffinity: onNodes('n2') } })
  await cluster.pod('elsewhere', using('far'))
  assert.equal(await whyOf(cluster), 'error processing PVC default/far: PV for-far: no matching NodeSelectorTerms')
})

for (const [what, why, make] of [
  ['is not there', 'failed to fetch PVC from API server: persistentvolumeclaims "data" not found', async () => {}],
  [
    'has no volume',
    'PVC is not bound',
    async (cluster: FakeCluster) => {
      const { metadata: _, ...rest } = claimOf('data')
      await cluster.api.create(persistentVolumeClaims, { ...rest, metadata: { name: 'data' } }, scope)
    },
  ],
  [
    'has a volume that is not there',
    'failed to fetch PV for-data from API server: persistentvolumes "for-data" not found',
    async (cluster: FakeCluster) => {
      await give(cluster, 'data')
      await cluster.api.delete(persistentVolumes, 'for-data')
    },
  ],
  [
    'has a volume of a kind that we do not mount',
    'PV for-data: volumes of this type are not supported: use local or hostPath',
    (cluster: FakeCluster) =>
      give(cluster, 'data', { spec: { hostPath: undefined as never, nfs: { server: 's', path: '/' } } }),
  ],
  [
    'has a volume with options of mount(8)',
    'PV for-data: mount options are not supported for volumes of this type: leave them out',
    (cluster: FakeCluster) => give(cluster, 'data', { spec: { mountOptions: ['noatime'] } }),
  ],
  [
    'has a block device',
    'block devices are not supported: use volumeMode Filesystem',
    (cluster: FakeCluster) => give(cluster, 'data', { spec: { volumeMode: 'Block' } }),
  ],
] as const)
  test(`a pod whose claim ${what} waits, and says why`, async () => {
    const cluster = await startCluster()
    await make(cluster)
    await cluster.pod('web', using('data'))
    assert.equal(await whyOf(cluster), `error processing PVC default/data: ${why}`)
  })

test('a claim for one pod alone is not mounted by a second that a scheduler has not placed', async () => {
  const cluster = await startCluster()
  await give(cluster, 'data', { spec: { accessModes: ['ReadWriteOncePod'] } }, ['ReadWriteOncePod'])
  await cluster.pod('web', using('data'))
  await cluster.until('web', isReady)
  await cluster.pod('second', using('data'))
  assert.match((await whyOf(cluster)) ?? '', /ReadWriteOncePod access mode and is already in use by another pod$/)
})

test('of two pods that come at once with such a claim the older one runs, and the other when that is gone', async () => {
  const cluster = await startCluster()
  await give(cluster, 'data', { spec: { accessModes: ['ReadWriteOncePod'] } }, ['ReadWriteOncePod'])
  await Promise.all(['web', 'second'].map((name) => cluster.pod(name, using('data'))))
  await cluster.until('web', isReady)
  assert.equal((await cluster.get('second')).status?.phase, 'Pending')
  await cluster.client.delete(pods, 'web', scope)
  await cluster.until('second', isReady)
})

test('a claim that says it is bound to a volume that is kept for its name alone has it not', async () => {
  const cluster = await startCluster()
  await give(cluster, 'data')
  const volume = await cluster.api.get(persistentVolumes, 'for-data')
  const { uid: _, ...claimRef } = volume.spec!.claimRef!
  await cluster.api.update(persistentVolumes, { ...volume, spec: { ...volume.spec!, claimRef } })
  await cluster.pod('web', using('data'))
  assert.equal(await whyOf(cluster), 'error processing PVC default/data: PV for-data is bound to another claim')
})

test('where pods have nothing of the machine, neither has a claim: but for folders that the node has made', async () => {
  const cluster = await startCluster(undefined, { security: { hostAccess: false } })
  await give(cluster, 'data')
  await cluster.pod('web', using('data'))
  assert.match((await whyOf(cluster)) ?? '', /PV for-data: hostPath: pods of this cluster have nothing of the machine/)
  const name = 'pvc-00000000-0000-0000-0000-000000000000'
  const path = join(cluster.stateDir, 'volumes', name)
  mkdirSync(path, { recursive: true })
  const made = boundClaim('ours', name)
  const claim = await cluster.api.create(
    persistentVolumeClaims,
    { ...made, metadata: { ...made.metadata, uid: undefined as never } },
    scope,
  )
  const claimRef = { ...scope, name: 'ours', uid: claim.metadata?.uid }
  const { metadata: _, ...rest } = volumeOf(name, {
    spec: { hostPath: undefined as never, local: { path }, claimRef },
    phase: 'Bound',
  })
  const annotations = { 'pv.kubernetes.io/provisioned-by': 'fairlead.io/local-folder' }
  await cluster.api.create(persistentVolumes, { ...rest, metadata: { name, annotations } })
  await cluster.pod('mine', using('ours'))
  await cluster.until('mine', isReady)
  assert.deepEqual(sourceOf(cluster, 'mine'), [path, false])
})
