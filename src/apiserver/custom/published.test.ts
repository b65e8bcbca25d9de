import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { DEFINITIONS, definitionOf, versionOf } from './testing/definitions.ts'

type Json = any

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const api = (line: string, body?: object, headers?: Record<string, string>): Promise<Json> =>
  ask(server.socketPath, line, body, headers && { headers })
const define = async (plural: string, kind: string, schemas: { readonly [version: string]: object }) => {
  const versions = Object.entries(schemas).map(([name, openAPIV3Schema], index) =>
    versionOf(name, {}, { storage: index === 0, schema: { openAPIV3Schema }, subresources: {} }),
  )
  const { status, body } = await api(`POST ${DEFINITIONS}`, definitionOf(plural, kind, versions))
  assert.equal(status, 201, JSON.stringify(body))
}
const FOLDER = '/apis/lab.example/v1/namespaces/default'
const thing = (kind: string, name: string, more: object): object => ({
  apiVersion: 'lab.example/v1',
  kind,
  metadata: { name },
  ...more,
})
const NAME = { description: 'Name of a part.', type: 'string' }
const FOO = {
  description: 'A kind for tests',
  type: 'object',
  properties: {
    spec: {
      description: 'What it is to be',
      type: 'object',
      properties: {
        parts: {
          description: 'Its parts.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: NAME, mood: { type: 'string', enum: ['Great', 'Down'] } },
          },
        },
      },
    },
  },
}

test('documents name of a custom resource the patches that it takes: by the others kubectl would apply, and be refused', async () => {
  await define('tins', 'Tin', { v1: FOO })
  const path = '/apis/lab.example/v1/namespaces/{namespace}/tins/{name}'
  const [v2, v3] = await Promise.all([api('GET /openapi/v2'), api('GET /openapi/v3/apis/lab.example/v1')])
  const types = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']
  assert.deepEqual(v2.body.paths[path].patch.consumes, types)
  assert.deepEqual(Object.keys(v3.body.paths[path].patch.requestBody.content), types)
  await api(`POST ${FOLDER}/tins`, thing('Tin', 'one', {}))
  const answers = await Promise.all(
    [...types, 'application/strategic-merge-patch+json'].map((type) =>
      api(`PATCH ${FOLDER}/tins/one?fieldManager=m&dryRun=All`, type.includes('json-') ? [] : thing('Tin', 'one', {}), {
        'content-type': type,
      }),
    ),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 415],
  )
  const pods = (await api('GET /openapi/v3/api/v1')).body.paths['/api/v1/namespaces/{namespace}/pods/{name}']
  assert.equal(Object.keys(pods.patch.requestBody.content).length, 4)
})

test('version 2 of OpenAPI has the schema of each version that is served, and what every object has', async () => {
  await define('foos', 'Foo', { v1: FOO, v2: FOO })
  const definitions = async (): Promise<Json> => (await api('GET /openapi/v2')).body.definitions
  const { properties, ...published } = (await definitions())['example.lab.v2.Foo']
  const { apiVersion, kind, metadata, ...own } = properties
  delete published['x-kubernetes-group-version-kind']
  assert.deepEqual({ ...published, properties: own }, FOO)
  assert.match(apiVersion.description, /^APIVersion defines/)
  assert.match(metadata.description, /^Standard object's metadata/)
  assert.equal(kind.type, 'string')
  const rename = [{ op: 'replace', path: '/spec/versions/1/name', value: 'v4' }]
  await api(`PATCH ${DEFINITIONS}/foos.lab.example`, rename, { 'content-type': 'application/json-patch+json' })
  const names = Object.keys(await definitions()).filter((name) => /lab\.v\d\.Foo$/.test(name))
  assert.deepEqual(names.sort(), ['example.lab.v1.Foo', 'example.lab.v4.Foo'])
})

test('fields that a schema does not know, does not allow or asks for are told of as kubectl shows them', async () => {
  const create = async (spec: object): Promise<string> =>
    (await api(`POST ${FOLDER}/foos?fieldValidation=Strict`, thing('Foo', 'x', { spec }))).body.message
  assert.match(await create({ foo: true }), /strict decoding error: unknown field "spec\.foo"$/)
  assert.match(await create({ parts: [{ name: 'a', mood: 'Odd' }] }), /Unsupported value: "Odd": supported values/)
  assert.match(await create({ parts: [{}] }), /spec\.parts\[0\]\.name: Required value/)
  const apply = { 'content-type': 'application/apply-patch+yaml' }
  const { body } = await api(`PATCH ${FOLDER}/foos/x?fieldManager=m`, thing('Foo', 'x', { stray: 1 }), apply)
  assert.match(body.message, /\.stray: field not declared in schema/)
})

test('what others write into the status of a definition stays there', async () => {
  const path = `${DEFINITIONS}/foos.lab.example/status`
  const { body } = await api(`GET ${path}`)
  body.status.conditions.push({ message: 'updated' })
  const said = async (answer: Promise<Json>): Promise<readonly string[]> =>
    (await answer).body.status.conditions.map(({ message }: Json) => message)
  assert.ok((await said(api(`PUT ${path}`, body))).includes('updated'))
  const patch = [{ op: 'add', path: '/status/conditions', value: [{ message: 'patched' }] }]
  const headers = { 'content-type': 'application/json-patch+json' }
  assert.deepEqual(await said(api(`PATCH ${path}`, patch, headers)), ['patched'])
  assert.equal((await api(`GET ${FOLDER}/foos`)).status, 200)
})

test('rules in CEL are held against what is written, whichever way it comes', async () => {
  const rules = [
    { rule: 'self.low <= self.high', message: 'low is above high' },
    { rule: 'self.many.all(x, self.many.all(y, x == y))' },
  ]
  const size = { type: 'integer' }
  const grows = { ...size, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] }
  const many = { type: 'array', maxItems: 725, items: size }
  const spec = { type: 'object', properties: { low: size, high: grows, many }, 'x-kubernetes-validations': rules }
  await define('bars', 'Bar', { v1: { type: 'object', properties: { spec } } })
  const create = (spec: object): Promise<Json> => api(`POST ${FOLDER}/bars`, thing('Bar', 'a', { spec }))
  const wrong = await create({ low: 3, high: 2, many: [] })
  assert.deepEqual([wrong.status, wrong.body.reason], [422, 'Invalid'])
  assert.deepEqual(wrong.body.details.causes, [
    { reason: 'FieldValueInvalid', message: 'Invalid value: low is above high', field: 'spec' },
  ])
  const large = await create({ low: 1, high: 2, many: Array.from({ length: 725 }, () => 20) })
  assert.match(large.body.message, /call cost exceeds limit for rule: self\.many\.all/)
  assert.equal((await create({ low: 1, high: 2, many: [1] })).status, 201)
  const less = await api(`PATCH ${FOLDER}/bars/a`, { spec: { high: 1 } })
  assert.match(less.body.message, /spec\.high: Invalid value: 1: failed rule: self >= oldSelf$/)
  assert.equal((await api(`PATCH ${FOLDER}/bars/a`, { spec: { high: 7 } })).status, 200)
  const apply = { 'content-type': 'application/apply-patch+yaml' }
  const forced = `PATCH ${FOLDER}/bars/a?fieldManager=m&force=true`
  assert.equal((await api(forced, thing('Bar', 'a', { spec: { low: 9 } }), apply)).status, 422)
})

test('what became wrong by a change of its definition may stay, but not change to what is wrong as well', async () => {
  const loose = { type: 'object', properties: { mode: { type: 'string' }, note: { type: 'string' } } }
  await define('bazs', 'Baz', { v1: loose })
  assert.equal((await api(`POST ${FOLDER}/bazs`, thing('Baz', 'a', { mode: 'old' }))).status, 201)
  const rule = [{ op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/mode/x-kubernetes-validations' }]
  const strict = rule.map((step) => ({ ...step, value: [{ rule: 'self == "new"' }] }))
  const headers = { 'content-type': 'application/json-patch+json' }
  assert.equal((await api(`PATCH ${DEFINITIONS}/bazs.lab.example`, strict, headers)).status, 200)
  const noted = await api(`PATCH ${FOLDER}/bazs/a`, { note: 'changed' })
  const warning = 'mode: Invalid value: "old": failed rule: self == "new"'
  assert.deepEqual([noted.status, noted.warnings], [200, [warning]])
  assert.equal((await api(`PATCH ${FOLDER}/bazs/a`, { mode: 'older' })).status, 422)
  assert.equal((await api(`PATCH ${FOLDER}/bazs/a`, { mode: 'new' })).status, 200)
})

test('a document’s hash is another when its kinds are, and the documents of other groups keep theirs', async () => {
  const hashes = async (): Promise<Record<string, string>> => {
    const { paths } = (await api('GET /openapi/v3')).body
    return Object.fromEntries(
      Object.entries<Json>(paths).map(([path, { serverRelativeURL: url }]) => [path, new URL(url, 'http://x').search]),
    )
  }
  const before = await hashes()
  assert.equal(new Set(Object.values(before)).size, Object.keys(before).length, 'each has its own')
  assert.deepEqual(await hashes(), before)
  await define('hashed', 'Hashed', { v3: FOO })
  const { 'apis/lab.example/v3': added, ...others } = await hashes()
  assert.match(added!, /^\?hash=[0-9A-F]{128}$/)
  assert.deepEqual(others, before)
  const definition = (await api(`GET ${DEFINITIONS}/hashed.lab.example`)).body
  definition.spec.versions[0].schema.openAPIV3Schema.description = 'Another'
  assert.equal((await api(`PUT ${DEFINITIONS}/hashed.lab.example`, definition)).status, 200)
  const { 'apis/lab.example/v3': changed, ...rest } = await hashes()
  assert.notEqual(changed, added)
  assert.deepEqual(rest, before)
  const { schemas } = (await api(`GET /openapi/v3/apis/lab.example/v3${changed}`)).body.components
  assert.equal(schemas['example.lab.v3.Hashed'].description, 'Another')
  assert.equal((await api(`DELETE ${DEFINITIONS}/hashed.lab.example`)).status, 200)
})
