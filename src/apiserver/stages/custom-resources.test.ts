import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const ask = (method: string, path: string): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath: server.socketPath, method, path }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    call.on('error', reject)
    call.end()
  })
const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

test('the list of custom resource definitions is empty, so that kubectl names an unknown kind itself', async () => {
  const { status, text } = await ask('GET', `${path}?limit=500`)
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(text), {
    kind: 'CustomResourceDefinitionList',
    apiVersion: 'apiextensions.k8s.io/v1',
    metadata: {},
    items: [],
  })
})

test('a custom resource definition is neither found nor made', async () => {
  assert.equal((await ask('GET', `${path}/a.example.com`)).status, 404)
  assert.equal((await ask('POST', path)).status, 404)
})
