import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const PODS = '/api/v1/namespaces/default/pods'
const send = (line: string, body?: object) => ask(server.socketPath, line, body)
const makePod = async (name: string) => {
  const spec = { containers: [{ name: 'c', image: 'i' }] }
  const made = await send(`POST ${PODS}`, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec })
  assert.equal(made.status, 201)
}
const evict = (name: string, metadata: object = { name }, apiVersion = 'policy/v1') =>
  send(`POST ${PODS}/${name}/eviction`, { apiVersion, kind: 'Eviction', metadata })

test('a pod is evicted by either version of an Eviction, and by no other', async () => {
  for (const apiVersion of ['policy/v1', 'policy/v1beta1']) {
    await makePod('evicted')
    const { status, body } = await evict('evicted', { name: 'evicted' }, apiVersion)
    assert.deepEqual([status, body.status, body.code], [201, 'Success', 201])
    assert.equal((await send(`GET ${PODS}/evicted`)).status, 404)
  }
  await makePod('kept')
  assert.equal((await evict('kept', { name: 'kept' }, 'policy/v1alpha1')).status, 400)
})

test('what is sent to a part of an object is of its namespace and its name', async () => {
  await makePod('own')
  for (const [metadata, words] of [
    [
      { name: 'own', namespace: 'other' },
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [{ name: 'another' }, 'name in URL does not match name in Eviction object'],
    [{}, 'name in URL does not match name in Eviction object'],
  ] as const) {
    const { status, body } = await evict('own', metadata)
    assert.deepEqual([status, body.reason, body.message], [400, 'BadRequest', words])
  }
  const gone = await evict('nobody')
  assert.deepEqual([gone.status, gone.body.message], [404, 'pods "nobody" not found'])
})

test('who writes the status of a Deployment may annotate it, which is no other generation; its labels stay', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const labels = { app: 'web' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const { body } = await send(`POST ${path}`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template },
  })
  const metadata = { ...body.metadata, labels, annotations: { 'deployment.kubernetes.io/revision': '1' } }
  const { status, body: annotated } = await send(`PUT ${path}/web/status`, { ...body, metadata })
  assert.equal(status, 200)
  const { generation, annotations, labels: kept, managedFields } = annotated.metadata
  assert.deepEqual([generation, annotations, kept], [1, metadata.annotations, undefined])
  const written = managedFields.find((entry: any) => entry.subresource === 'status')
  assert.deepEqual(Object.keys(written.fieldsV1['f:metadata']), ['f:annotations'])
})
