import assert from 'node:assert/strict'
import { test } from 'node:test'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { startCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const claim = (name: string) => ({
  ...({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' } as const),
  metadata: { name, namespace: 'default', finalizers: ['kubernetes.io/pvc-protection'] },
  spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } },
})
const pod = (name: string, volume: object, nodeName?: string) => ({
  ...({ apiVersion: 'v1', kind: 'Pod' } as const),
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'c', image: 'i' }],
    volumes: [{ name: 'v', ...volume }],
    ...(nodeName ? { nodeName } : {}),
  },
})

test('a claim that is deleted goes when no pod on a node uses it any more', async () => {
  const { client, settle, stop } = await startCluster({ only: ['storage-protection'] })
  const left = () => client.all(persistentVolumeClaims).map(({ metadata }) => metadata?.name)
  for (const name of ['used', 'own-v', 'over', 'free', 'waiting'])
    await client.create(persistentVolumeClaims, claim(name))
  await client.create(pods, pod('a', { persistentVolumeClaim: { claimName: 'used' } }, 'n'))
  await client.create(pods, pod('own', { ephemeral: { volumeClaimTemplate: { spec: {} } } }, 'n'))
  await client.create(pods, pod('b', { persistentVolumeClaim: { claimName: 'waiting' } }))
  const over = await client.create(pods, pod('c', { persistentVolumeClaim: { claimName: 'over' } }, 'n'))
  await client.update(pods, { ...over, status: { phase: 'Succeeded' } }, { subresource: 'status' })
  for (const name of left()) await client.delete(persistentVolumeClaims, name!, scope)
  await settle()
  assert.deepEqual(left().sort(), ['own-v', 'used'])
  for (const name of ['a', 'own']) await client.delete(pods, name, { ...scope, gracePeriodSeconds: 0 })
  await settle()
  assert.deepEqual(left(), [])
  stop()
})

test('a volume that is deleted goes when no claim has it any more', async () => {
  const { client, settle, stop } = await startCluster({ only: ['storage-protection'] })
  const made = await client.create(persistentVolumes, {
    ...({ apiVersion: 'v1', kind: 'PersistentVolume' } as const),
    metadata: { name: 'v', finalizers: ['kubernetes.io/pv-protection'] },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/v' } },
  })
  await client.update(persistentVolumes, { ...made, status: { phase: 'Bound' } }, { subresource: 'status' })
  await client.delete(persistentVolumes, 'v')
  await settle()
  const bound = await client.get(persistentVolumes, 'v')
  await client.update(persistentVolumes, { ...bound, status: { phase: 'Released' } }, { subresource: 'status' })
  await settle()
  assert.deepEqual(client.all(persistentVolumes), [])
  stop()
})
