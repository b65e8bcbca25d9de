import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const scope = { namespace: 'default' }
let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const makeClass = (name: string, allowVolumeExpansion: boolean, annotations: { [key: string]: string } = {}) =>
  server.client.create(storageClasses, {
    ...({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' } as const),
    metadata: { name, annotations },
    provisioner: 'lab.example/disk',
    allowVolumeExpansion,
  })
const claim = (name: string, spec: object = {}, annotations: { [key: string]: string } = {}) =>
  server.client.create(
    persistentVolumeClaims,
    {
      ...({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' } as const),
      metadata: { name, annotations },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    },
    scope,
  )

test('a claim that names no class is of the default one, and stays, as a volume does, until it is let go', async () => {
  const early = await claim('early')
  assert.deepEqual(
    [early.spec?.storageClassName, early.metadata?.finalizers],
    [undefined, ['kubernetes.io/pvc-protection']],
  )
  await makeClass('plain', false)
  await makeClass('usual', false, { 'storageclass.kubernetes.io/is-default-class': 'true' })
  assert.equal((await claim('a')).spec?.storageClassName, 'usual')
  assert.equal((await claim('b', { storageClassName: '' })).spec?.storageClassName, '')
  const older = await claim('c', {}, { 'volume.beta.kubernetes.io/storage-class': 'plain' })
  assert.equal(older.spec?.storageClassName, undefined)
  const volume = await server.client.create(persistentVolumes, {
    ...({ apiVersion: 'v1', kind: 'PersistentVolume' } as const),
    metadata: { name: 'v' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/v' } },
  })
  assert.deepEqual(volume.metadata?.finalizers, ['kubernetes.io/pv-protection'])
})

test('a claim grows when it has its volume, where its class lets it', async () => {
  await makeClass('growing', true)
  const grow = (name: string) =>
    server.client.patch(
      persistentVolumeClaims,
      name,
      'merge',
      { spec: { resources: { requests: { storage: '2Gi' } } } },
      scope,
    )
  const bound = async (name: string, storageClassName: string) => {
    const made = await claim(name, { storageClassName })
    await server.client.update(
      persistentVolumeClaims,
      { ...made, status: { phase: 'Bound' } },
      { subresource: 'status' },
    )
  }
  await claim('waiting', { storageClassName: 'growing' })
  await assert.rejects(grow('waiting'), /spec is immutable|Only bound persistent volume claims can be expanded/)
  await bound('grows', 'growing')
  assert.equal((await grow('grows')).spec?.resources?.requests?.storage, '2Gi')
  await bound('fixed', 'plain')
  await assert.rejects(
    grow('fixed'),
    /persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass/,
  )
})
