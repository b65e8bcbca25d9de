import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { isNotFound } from '#client/client.ts'
import { startCluster } from '../testing/cluster.ts'

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as const
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' } } as const

test('a namespace stays, and says why, while a list or a deletion of its contents fails; then it goes', async () => {
  for (const failing of ['list', 'delete'] as const) {
    let down = false
    const cluster = await startCluster({
      only: ['namespace'],
      fake: {
        fault: (verb, resource) =>
          down && verb === failing && resource.plural === 'secrets' ? new Error('no answer') : undefined,
      },
    })
    await cluster.client.create(namespaces, namespace)
    await cluster.client.create(secrets, secret)
    await cluster.settle()
    down = true
    await cluster.client.delete(namespaces, 'shop')
    await cluster.settle()
    cluster.clock.advance(5000)
    await cluster.settle()
    const { status } = await cluster.client.get(namespaces, 'shop')
    assert.equal(status?.phase, 'Terminating')
    const failure = status.conditions?.find(({ type }) => type === 'NamespaceDeletionContentFailure')
    assert.equal(failure?.status, 'True', failing)
    assert.match(failure.message ?? '', /no answer/)
    assert.equal(cluster.client.all(secrets).length, 1)
    down = false
    cluster.clock.advance(5000)
    await cluster.settle()
    await assert.rejects(cluster.client.get(namespaces, 'shop'), isNotFound)
    assert.deepEqual(cluster.client.all(secrets), [])
    cluster.stop()
  }
})

test('a namespace with a finalizer of another is emptied and waits for it', async () => {
  const cluster = await startCluster({ only: ['namespace'] })
  await cluster.client.create(namespaces, { ...namespace, spec: { finalizers: ['kubernetes', 'lab.example/audit'] } })
  await cluster.client.create(configMaps, { ...secret, kind: 'ConfigMap' } as never)
  await cluster.settle()
  await cluster.client.delete(namespaces, 'shop')
  await cluster.settle()
  assert.deepEqual(cluster.client.all(configMaps), [])
  const { spec, status } = await cluster.client.get(namespaces, 'shop')
  assert.deepEqual(spec?.finalizers, ['lab.example/audit'])
  // What was said while it was emptied is true no more.
  assert.deepEqual(
    status?.conditions?.map(({ status }) => status),
    ['False', 'False', 'False', 'False', 'False'],
  )
  cluster.stop()
})

test('pods go first, and what they need stays until the last has gone', async () => {
  const cluster = await startCluster({ only: ['namespace'] })
  const { client } = cluster
  await client.create(namespaces, namespace)
  await client.create(configMaps, { ...secret, kind: 'ConfigMap' } as never)
  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop', finalizers: ['lab.example/held'] },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  })
  await cluster.settle()
  await client.delete(namespaces, 'shop')
  await cluster.settle()
  assert.ok((await client.get(pods, 'p', { namespace: 'shop' })).metadata?.deletionTimestamp)
  assert.equal(client.all(configMaps).length, 1)
  const { status } = await client.get(namespaces, 'shop')
  assert.deepEqual(
    status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
      [
        'NamespaceDeletionGroupVersionParsingFailure',
        'False',
        'ParsedGroupVersions',
        'All legacy kube types successfully parsed',
      ],
      [
        'NamespaceDeletionContentFailure',
        'False',
        'ContentDeleted',
        'All content successfully deleted, may be waiting on finalization',
      ],
      [
        'NamespaceContentRemaining',
        'True',
        'SomeResourcesRemain',
        'Some resources are remaining: pods. has 1 resource instances',
      ],
      [
        'NamespaceFinalizersRemaining',
        'True',
        'SomeFinalizersRemain',
        'Some content in the namespace has finalizers remaining: lab.example/held in 1 resource instances',
      ],
    ],
  )
  await client.patch(pods, 'p', 'merge', { metadata: { finalizers: null } }, { namespace: 'shop' })
  await cluster.settle()
  await assert.rejects(client.get(namespaces, 'shop'), isNotFound)
  assert.deepEqual(client.all(configMaps), [])
  cluster.stop()
})
