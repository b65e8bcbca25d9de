import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, test } from 'node:test'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

interface Answer {
  readonly status: number
  readonly body: any
}

const send = async (method: string, path: string, text: string, type = 'application/json'): Promise<Answer> => {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text) }
  const call = request({ socketPath: server.socketPath, method, path, headers }).end(text)
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return { status: response.statusCode!, body: JSON.parse((await response.toArray()).join('')) }
}
const merge = (path: string, patch: object): Promise<Answer> =>
  send('PATCH', path, JSON.stringify(patch), 'application/merge-patch+json')

/** Makes a kind of one's own in v1beta1 and v1, with this schema of its spec; gives the path of its objects. */
const define = async (kind: string, spec: object | undefined): Promise<(version: string, name?: string) => string> => {
  const plural = `${kind.toLowerCase()}s`
  const openAPIV3Schema = spec
    ? { type: 'object', properties: { spec } }
    : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const version = (name: string, storage: boolean) => ({ name, storage, served: true, schema: { openAPIV3Schema } })
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.lab.example` },
    spec: {
      group: 'lab.example',
      scope: 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [version('v1beta1', false), version('v1', true)],
    },
  }
  const made = await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', JSON.stringify(definition))
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return (served, name = 'mine') => `/apis/lab.example/${served}/${plural}/${name}`
}
const apply = (path: string, yaml: string, query = 'fieldManager=one'): Promise<Answer> =>
  send('PATCH', `${path}?${query}`, yaml, 'application/apply-patch+yaml')
const STRICT = 'fieldManager=one&fieldValidation=Strict'

const PORTS = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
  items: {
    type: 'object',
    required: ['containerPort', 'protocol'],
    properties: {
      containerPort: { type: 'integer', format: 'int32' },
      name: { type: 'string' },
      protocol: { type: 'string' },
    },
  },
}
const spec = (more: object = {}): object => ({
  type: 'object',
  ...more,
  properties: { foo: { type: 'string' }, schedule: { type: 'string', pattern: '^(\\d+|\\*)$' }, ports: PORTS },
})
const OPEN = { 'x-kubernetes-preserve-unknown-fields': true }

/** `kind` in v1 as YAML, of these lines. */
const yamlOf = (kind: string, lines: string, version = 'v1'): string =>
  `apiVersion: lab.example/${version}\nkind: ${kind}\nmetadata:\n  name: mine\n${lines}`

test('custom resources are applied by items, from several versions, with conflicts and by force', async () => {
  const path = await define('Applied', spec(OPEN))
  const wanted = (lines: string, version = 'v1') =>
    yamlOf(
      'Applied',
      `${lines}spec:\n  schedule: "5"\n  replicas: 1\n  ports:\n  - name: x\n    containerPort: 80\n    protocol: TCP\n`,
      version,
    )
  const mine = wanted('  finalizers:\n  - lab.example/one\n')
  const made = await apply(path('v1'), mine)
  assert.deepEqual([made.status, made.body.spec.replicas, made.body.spec.ports.length], [201, 1, 1])
  const beta = await apply(path('v1beta1'), wanted('', 'v1beta1'))
  assert.deepEqual([beta.status, beta.body.metadata.finalizers, beta.body.spec.ports.length], [200, undefined, 1])
  const added = await merge(path('v1'), { metadata: { finalizers: ['lab.example/one', 'lab.example/two'] } })
  assert.equal(added.body.metadata.finalizers.length, 2)
  const again = await apply(path('v1'), mine)
  assert.deepEqual(
    [again.status, again.body.metadata.finalizers.toSorted()],
    [200, ['lab.example/one', 'lab.example/two']],
  )
  assert.equal((await merge(path('v1'), { spec: { replicas: 5 } })).body.spec.replicas, 5)
  const refused = await apply(path('v1'), mine)
  assert.equal(refused.status, 409)
  assert.deepEqual(
    refused.body.details.causes.map(({ field }: { field: string }) => field),
    ['.spec.replicas'],
  )
  assert.equal((await apply(path('v1'), mine, 'fieldManager=one&force=true')).body.spec.replicas, 1)
  const item = (port: number) =>
    yamlOf('Applied', `spec:\n  ports:\n  - name: "y"\n    containerPort: ${port}\n    protocol: TCP\n`)
  const other = await apply(path('v1'), item(80), 'fieldManager=two')
  assert.deepEqual([other.status, other.body.details.causes.length], [409, 1])
  assert.equal(other.body.details.causes[0].field, '.spec.ports[containerPort=80,protocol="TCP"].name')
  const beside = await apply(path('v1'), item(8080), 'fieldManager=two')
  assert.deepEqual([beside.status, beside.body.spec.ports.length], [200, 2])
  assert.equal((await merge(path('v1'), { metadata: { finalizers: [] } })).status, 200)
  const whole = JSON.stringify({ ...made.body, metadata: { name: 'none' } })
  assert.equal((await send('PUT', path('v1', 'none'), whole)).status, 404)
})

test('a list that is atomic is the last applier’s as a whole', async () => {
  const list = { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'string' } }
  const path = await define('Whole', { type: 'object', ...OPEN, properties: { list } })
  const items = (item: string) => yamlOf('Whole', `spec:\n  list:\n  - "${item}"\n`)
  assert.deepEqual((await apply(path('v1'), items('a'))).body.spec.list, ['a'])
  assert.equal((await apply(path('v1'), items('b'), 'fieldManager=two')).status, 409)
  assert.deepEqual((await apply(path('v1'), items('b'), 'fieldManager=two&force=true')).body.spec.list, ['b'])
})

test('strict validation of what is applied to custom resources says what is unknown and what stands twice', async () => {
  const body = 'foo: foo1\n  schedule: "5"\n  ports:\n  - name: x\n    containerPort: 80\n    protocol: TCP'
  const strict = await define('Strict', spec())
  assert.equal((await apply(strict('v1'), yamlOf('Strict', `spec:\n  ${body}`), STRICT)).status, 201)
  const extra = await apply(strict('v1', 'other'), yamlOf('Strict', `unknownField: x\nspec:\n  ${body}`), STRICT)
  assert.match(extra.body.message, /\.unknownField: field not declared in schema/)
  const free = await define('Free', undefined)
  const unknown = await apply(free('v1'), yamlOf('Free', `spec:\n  unknown: uk1\n  ${body}`), STRICT)
  assert.deepEqual([unknown.status, unknown.body.spec.unknown], [201, 'uk1'])
  const template = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: { metadata: { type: 'object', properties: { name: { type: 'string' } } }, spec: { type: 'object' } },
  }
  const nested = await define('Nested', { type: 'object', ...OPEN, properties: { template } })
  const inner =
    'spec:\n  template:\n    apiVersion: foo/v1\n    kind: Sub\n    metadata:\n      unknownSubMeta: x\n      name: sub\n'
  const metadata = await apply(nested('v1'), yamlOf('Nested', `  unknownMeta: x\n${inner}`), STRICT)
  assert.match(metadata.body.message, /\.metadata\.unknownMeta: field not declared in schema/)
  assert.match(metadata.body.message, /\.spec\.template\.metadata\.unknownSubMeta: field not declared in schema/)
  const doubled = await define('Doubled', spec(OPEN))
  const twice = await apply(doubled('v1'), yamlOf('Doubled', `spec:\n  unknown: uk1\n  foo: foo1\n  ${body}`), STRICT)
  assert.equal(twice.status, 400)
  assert.match(twice.body.message, /line 8: key "foo" already set in map/)
})
