import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DEFINITIONS, definitionOf, versionOf } from '../custom/testing/definitions.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

test('kubectl of old finds the definitions where it asks for them, with their groups and names', async () => {
  const path = DEFINITIONS.replace('/v1/', '/v1beta1/')
  assert.deepEqual((await ask(server.socketPath, `GET ${path}?limit=500`)).body.items, [])
  const definition = definitionOf('dials', 'Dial', [versionOf('v1', { type: 'object' })])
  assert.equal((await ask(server.socketPath, `POST ${DEFINITIONS}`, definition)).status, 201)
  const { body } = await ask(server.socketPath, `GET ${path}?limit=500`)
  assert.deepEqual([body.kind, body.apiVersion], ['CustomResourceDefinitionList', 'apiextensions.k8s.io/v1beta1'])
  assert.deepEqual([body.items[0].spec.group, body.items[0].spec.names.kind], ['lab.example', 'Dial'])
  assert.equal((await ask(server.socketPath, `POST ${path}`, definition)).status, 404)
})
