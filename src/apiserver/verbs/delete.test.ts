import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { jobs } from '#api/batch/job/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
const namespace = 'default'
const path = '/api/v1/namespaces/default/configmaps'

before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const warned: unknown[] = []
const remove = (target: string, body?: object): Promise<number> =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.from(body ? JSON.stringify(body) : '')
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length }
    const call = request({ socketPath: server.socketPath, path: target, method: 'DELETE', headers }, (response) => {
      warned.push(response.headers.warning)
      response.resume().on('end', () => resolve(response.statusCode!))
    })
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

test('who deletes a Job and leaves open what becomes of its pods is told that they stay', async () => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } as const
  for (const name of ['a', 'b', 'c'])
    await server.client.create(
      jobs,
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template } },
      { namespace },
    )
  const collection = '/apis/batch/v1/namespaces/default/jobs'
  warned.length = 0
  assert.equal(await remove(`${collection}/a`), 200)
  assert.equal(await remove(`${collection}/b?propagationPolicy=Background`), 200)
  assert.equal(await remove(collection), 200)
  assert.equal(warned[1], undefined)
  for (const warning of [warned[0], warned[2]])
    assert.match(String(warning), /^299 - "child pods are preserved by default when jobs are deleted; set /)
  const left = (await server.client.list(jobs, { namespace })).items
  assert.deepEqual(
    left.map(({ metadata }) => [metadata?.name, metadata?.finalizers]),
    [
      ['a', ['orphan']],
      ['c', ['orphan']],
    ],
  )
})
