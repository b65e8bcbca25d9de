import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
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
  assert.deepEqual((await cluster.client.get(namespaces, 'shop')).spec?.finalizers, ['lab.example/audit'])
  cluster.stop()
})
