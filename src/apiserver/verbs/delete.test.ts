import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
const namespace = 'default'
const path = '/api/v1/namespaces/default/configmaps'

before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const remove = (target: string, body?: object): Promise<number> =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.from(body ? JSON.stringify(body) : '')
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length }
    const call = request({ socketPath: server.socketPath, path: target, method: 'DELETE', headers }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode!)),
    )
    call.on('error', reject)
    call.end(bytes)
  })
const names = async (): Promise<readonly (string | undefined)[]> =>
  (await server.client.list(configMaps, { namespace })).items.map(({ metadata }) => metadata?.name)

test('DELETE with dryRun=All deletes nothing, whether the query says it, the body, or both', async () => {
  for (const name of ['a', 'b']) {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } as const
    await server.client.create(configMaps, object, { namespace })
  }
  const options = { apiVersion: 'v1', kind: 'DeleteOptions' }
  const inBody = { ...options, dryRun: ['All'] }
  for (const target of [`${path}/a`, path]) {
    assert.equal(await remove(`${target}?dryRun=All`), 200)
    assert.equal(await remove(`${target}?dryRun=All`, options), 200)
    assert.equal(await remove(`${target}?dryRun=All`, { ...options, propagationPolicy: 'Background' }), 200)
    assert.equal(await remove(target, inBody), 200)
    assert.equal(await remove(`${target}?dryRun=All`, inBody), 200)
    assert.equal(await remove(`${target}?dryRun=Some`, options), 422)
    assert.equal(await remove(target, { ...options, dryRun: ['Some'] }), 422)
    assert.deepEqual(await names(), ['a', 'b'])
  }
  assert.equal(await remove(`${path}/a`, options), 200)
  assert.deepEqual(await names(), ['b'])
})
