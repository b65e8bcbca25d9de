import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { startWebhookServer, type WebhookServer } from '../webhooks/testing/webhook-server.ts'
import { DEFINITIONS, definitionOf, versionOf } from './testing/definitions.ts'

type Json = any

/** v1 has `spec.host`, v2 has `spec.hosts`. */
const converted = (object: Json, apiVersion: string): Json => {
  const { host, hosts, ...rest } = object.spec ?? {}
  const own = apiVersion.endsWith('/v2') ? { hosts: host === undefined ? [] : [host] } : { host: hosts?.[0] }
  return { ...object, apiVersion, spec: { ...rest, ...own } }
}
const good = ({ request: { uid, desiredAPIVersion, objects } }: Json): Json => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'ConversionReview',
  response: {
    uid,
    result: { status: 'Success' },
    convertedObjects: objects.map((object: Json) => converted(object, desiredAPIVersion)),
  },
})

let answer: (review: Json) => Json
let webhook: WebhookServer
let server: TestServer
const V1 = '/apis/lab.example/v1/namespaces/default/links'
const V2 = '/apis/lab.example/v2/namespaces/default/links'

before(async () => {
  webhook = await startWebhookServer(({ body }) => ({ json: answer(body) }))
  server = await startTestServer()
  const text = { type: 'string' }
  const versions = [
    versionOf('v1', { type: 'object', properties: { host: text, port: { type: 'integer' } } }),
    versionOf(
      'v2',
      {
        type: 'object',
        properties: { hosts: { type: 'array', items: text }, port: { type: 'integer', default: 443 } },
      },
      { storage: false, selectableFields: [{ jsonPath: '.spec.port' }] },
    ),
  ]
  const conversion = {
    strategy: 'Webhook',
    webhook: {
      clientConfig: { url: `${webhook.url}/convert`, caBundle: webhook.caBundle },
      conversionReviewVersions: ['v2beta1', 'v1', 'v1beta1'],
    },
  }
  const { status, body } = await api(`POST ${DEFINITIONS}`, definitionOf('links', 'Link', versions, { conversion }))
  assert.equal(status, 201, JSON.stringify(body))
})
after(async () => {
  await server.close()
  await webhook.close()
})
beforeEach(() => {
  answer = good
  webhook.asked.length = 0
})

const api = (line: string, body?: object): Promise<Json> => ask(server.socketPath, line, body)
const link = (version: string, name: string, spec: object, metadata: object = {}): object => ({
  apiVersion: `lab.example/${version}`,
  kind: 'Link',
  metadata: { name, ...metadata },
  spec,
})

test('what is written in the stored version asks nobody, and another version is what the webhook says', async () => {
  await api(`POST ${V1}`, link('v1', 'a', { host: 'one', port: 1 }))
  assert.equal(webhook.asked.length, 0)
  const { body } = await api(`GET ${V2}/a`)
  assert.deepEqual([body.apiVersion, body.spec], ['lab.example/v2', { hosts: ['one'], port: 1 }])
  const [{ url, body: review }] = webhook.asked as Json
  assert.equal(url, '/convert?timeout=30s')
  assert.deepEqual([review.kind, review.apiVersion], ['ConversionReview', 'apiextensions.k8s.io/v1'])
  assert.equal(review.request.desiredAPIVersion, 'lab.example/v2')
  assert.equal(review.request.objects[0].metadata.name, 'a')
  // What is known is not asked again.
  await api(`GET ${V2}/a`)
  assert.equal(webhook.asked.length, 1)
})

test('what is written in another version is stored as the webhook says', async () => {
  const made = await api(`POST ${V2}`, link('v2', 'b', { hosts: ['two', 'lost'] }))
  // The answer is what was stored, back again.
  assert.deepEqual([made.status, made.body.spec], [201, { hosts: ['two'], port: 443 }])
  assert.deepEqual((await api(`GET ${V1}/b`)).body.spec, { host: 'two', port: 443 })
  const changed = await api(`PATCH ${V2}/b`, { spec: { hosts: ['three'] } })
  assert.deepEqual([changed.status, changed.body.spec.hosts, changed.body.metadata.generation], [200, ['three'], 2])
  assert.equal((await api(`GET ${V1}/b`)).body.spec.host, 'three')
  assert.equal((await api(`DELETE ${V2}/b`)).status, 200)
  assert.equal((await api(`GET ${V1}/b`)).status, 404)
})

test('a list is asked for at once, also where fields select from it', async () => {
  for (const [index, name] of ['c', 'd', 'e'].entries())
    await api(`POST ${V1}`, link('v1', name, { host: name, port: index }))
  webhook.asked.length = 0
  const { body } = await api(`GET ${V2}?fieldSelector=spec.port%3D2`)
  assert.deepEqual(
    body.items.map(({ metadata, spec }: Json) => [metadata.name, spec.hosts]),
    [['e', ['e']]],
  )
  assert.equal(webhook.asked.length, 1)
  assert.equal((await api(`GET ${V2}`)).body.items.length, 4)
  assert.equal(webhook.asked.length, 1)
})

test('a watch of another version sees each change, in order, as the webhook says', async () => {
  const events: Json[] = []
  let text = ''
  const call = request({ socketPath: server.socketPath, path: `${V2}?watch=1&fieldSelector=spec.port%3D77` })
  call.on('response', (response) =>
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const lines = text.split('\n')
      text = lines.pop()!
      events.push(...lines.map((line) => JSON.parse(line)))
    }),
  )
  call.on('error', () => {})
  call.end()
  await new Promise((resolve) => setTimeout(resolve, 50))
  await api(`POST ${V1}`, link('v1', 'w', { host: 'w', port: 77 }))
  await api(`PATCH ${V1}/w`, { spec: { host: 'x' } })
  await api(`PATCH ${V1}/w`, { spec: { port: 78 } })
  for (let turn = 0; turn < 200 && events.length < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 10))
  call.destroy()
  assert.deepEqual(
    events.map(({ type, object }) => [type, object.apiVersion, object.spec.hosts]),
    [
      ['ADDED', 'lab.example/v2', ['w']],
      ['MODIFIED', 'lab.example/v2', ['x']],
      ['DELETED', 'lab.example/v2', ['x']],
    ],
  )
})

test('a webhook changes labels and annotations, and no other metadata', async () => {
  answer = (review) => {
    const said = good(review)
    for (const { metadata } of said.response.convertedObjects) {
      metadata.labels = { converted: 'yes' }
      metadata.generation = 99
    }
    return said
  }
  await api(`POST ${V1}`, link('v1', 'm', { host: 'm' }, { labels: { own: 'x' }, annotations: { note: 'n' } }))
  const { body } = await api(`GET ${V2}/m`)
  const { labels, annotations, generation } = body.metadata
  assert.deepEqual([labels, annotations, generation], [{ converted: 'yes' }, { note: 'n' }, 1])
})

test('a webhook that fails is told of in the words of Kubernetes, and the stored version is served all the same', async () => {
  const fresh = async (name: string): Promise<Json> => {
    await api(`POST ${V1}`, link('v1', name, { host: name }))
    const { status, body } = await api(`GET ${V2}/${name}`)
    assert.equal((await api(`GET ${V1}/${name}`)).status, 200)
    await api(`DELETE ${V1}/${name}`)
    return [status, body.message, body.reason]
  }
  const of = 'conversion webhook for lab.example/v1, Kind=Link'
  const changed = (change: (response: Json) => void) => (review: Json) => {
    const said = good(review)
    change(said.response)
    return said
  }
  const cases: readonly (readonly [(review: Json) => Json, string])[] = [
    [
      changed((response) => Object.assign(response, { result: { status: 'Failure', message: 'no way' } })),
      `${of} failed: no way`,
    ],
    [changed((response) => Object.assign(response, { uid: 'x' })), `failed: expected response.uid=`],
    [changed((response) => response.convertedObjects.pop()), `${of} returned 0 objects, expected 1`],
    [
      changed(({ convertedObjects: [one] }) => Object.assign(one, { apiVersion: 'lab.example/v9' })),
      `${of} returned invalid object at index 0: invalid groupVersion (expected lab.example/v2, received lab.example/v9)`,
    ],
    [
      changed(({ convertedObjects: [one] }) => Object.assign(one.metadata, { name: 'other' })),
      'must have the same name: f3 != other',
    ],
    [
      changed(({ convertedObjects: [one] }) => Object.assign(one.metadata, { labels: { a: 1 } })),
      'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
    ],
    [
      () => ({ kind: 'Other' }),
      `${of} failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview`,
    ],
  ]
  for (const [index, [says, words]] of cases.entries()) {
    answer = says
    const [status, message, reason] = await fresh(index === 4 ? 'f3' : `g${index}`)
    assert.deepEqual([status, reason], [500, undefined])
    assert.ok(message.includes(words), `${message} has ${words}`)
  }
})
