import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { ApiError } from '#client/client.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

test('default, kube-system and kube-public may not be deleted, by whatever options', async () => {
  for (const name of ['default', 'kube-system', 'kube-public'])
    for (const options of [{}, { gracePeriodSeconds: 0 }, { propagationPolicy: 'Foreground' as const }])
      await assert.rejects(server.client.delete(namespaces, name, options), (error) => {
        assert.ok(error instanceof ApiError)
        assert.equal(error.status.code, 403)
        assert.equal(error.message, `namespaces "${name}" is forbidden: this namespace may not be deleted`)
        return true
      })
  assert.ok((await server.client.list(namespaces)).items.every(({ metadata }) => !metadata?.deletionTimestamp))
})

test('kube-node-lease and every other namespace can be deleted', async () => {
  await server.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  for (const name of ['kube-node-lease', 'shop']) {
    await server.client.delete(namespaces, name)
    assert.equal((await server.client.get(namespaces, name)).status?.phase, 'Terminating')
  }
})

test('each namespace has its own name as a label, whatever an update makes of it', async () => {
  const { client } = server
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'labelled' } })
  for (const value of [null, 'another']) {
    const labels = { 'kubernetes.io/metadata.name': value, team: 'a' }
    const { metadata } = await client.patch(namespaces, 'labelled', 'merge', { metadata: { labels } })
    assert.deepEqual(metadata?.labels, { 'kubernetes.io/metadata.name': 'labelled', team: 'a' })
  }
})
