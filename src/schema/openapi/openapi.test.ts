import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  declarations,
  double,
  field,
  int64,
  list,
  type MessageClass,
  map,
  oneOf,
  optional,
  ref,
  required,
  string,
} from '../schema.ts'
import {
  Everything,
  EverythingList,
  Pod,
  PodExecOptions,
  PodList,
  PodLogOptions,
  PodProxyOptions,
  Service,
} from '../testing/messages.ts'
import type { OpenApiOptions } from './openapi-document.ts'
import type { OpenApiResource } from './openapi-operations.ts'
import { SchemaCollector } from './openapi-schemas.ts'
import { openApiV2Document } from './openapi-v2.ts'
import { encodeOpenApiV2 } from './openapi-v2-protobuf.ts'
import { openApiV3Document } from './openapi-v3.ts'

const everything: OpenApiResource = {
  group: 'test.k8s.io',
  version: 'v1',
  kind: 'Everything',
  plural: 'everythings',
  namespaced: false,
  answersDeleted: false,
  subresources: {
    scale: { verbs: ['get', 'patch', 'update'], body: Service },
    status: { verbs: ['get', 'patch', 'update'] },
  },
  message: Everything,
  list: EverythingList,
}
const EVERY = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const
const pods: OpenApiResource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  answersDeleted: true,
  subresources: {
    eviction: { verbs: ['create'], body: Service },
    exec: { verbs: ['create', 'get'], body: PodExecOptions, connection: { methods: ['get', 'post'] } },
    log: { verbs: ['get'], text: PodLogOptions },
    proxy: { verbs: ['create', 'get'], body: PodProxyOptions, connection: { methods: EVERY, hasPaths: true } },
  },
  message: Pod,
  list: PodList,
}
const options: OpenApiOptions = {
  version: '1.36',
  modelName: ({ package: of, messageName }: MessageClass<unknown>) => `${of}.${messageName}`,
  describe: (name, field) =>
    name === 'ServicePort' ? (field === undefined ? 'A port — of a Service’s.' : `Its ${field}.`) : undefined,
  deleteOptions: Service,
  status: Service,
  kindsOf: (message) => (message === Service ? [{ group: 'test', kind: 'Other', version: 'v2' }] : undefined),
}
const recorded = JSON.parse(readFileSync(new URL('./fixtures/documents.json', import.meta.url), 'utf8'))

// The forms are held against a real API server's in the room of the kinds; here each word of them is held.
test('the documents of two small kinds are, word by word, what they were when they agreed with a real API server’s', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(openApiV3Document([everything, pods], options))), recorded.v3)
  const v2 = openApiV2Document([everything, pods], options)
  assert.deepEqual(JSON.parse(JSON.stringify(v2)), recorded.v2)
  assert.equal(Buffer.from(encodeOpenApiV2(v2)).toString('base64'), recorded.protobuf)
})

test('what no kind of these has is said of a schema as Kubernetes says it', () => {
  const { message } = declarations('test.v1')
  class Atomic extends message('Atomic', { size: required(1, int64), real: required(2, double) }, { atomic: true }) {}
  const union = { discriminator: 'kind', fields: ['again', 'named'] }
  class Odd extends message(
    'Odd',
    {
      atomic: required(1, Atomic),
      disk: field(2, string, { default: 'ref(AzureSharedBlobDisk)' }),
      cache: field(3, string, { default: 'ref(AzureDataDiskCachingReadWrite)' }),
      kind: required(4, oneOf('b', 'a')),
      optional: required(5, string, { optional: true }),
      again: optional(6, ref<Odd>('Odd')),
      named: field(7, string, { required: true }),
      all: list(8, string, { required: true }),
      each: map(9, string, { granular: true }),
    },
    { union },
  ) {}
  const naming = { modelName: ({ messageName }: MessageClass<unknown>) => messageName }
  const schemas = new SchemaCollector('v3', naming)
  const to = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
  assert.deepEqual(schemas.reference(Odd), to('Odd'))
  assert.deepEqual(schemas.schemas, {
    Odd: {
      type: 'object',
      required: ['atomic', 'kind', 'named', 'all'],
      properties: {
        atomic: { allOf: [to('Atomic')], default: {} },
        disk: { type: 'string', default: 'Shared' },
        cache: { type: 'string', default: 'ReadWrite' },
        kind: { type: 'string', enum: ['a', 'b'], default: '' },
        optional: { type: 'string', default: '' },
        again: { allOf: [to('Odd')] },
        named: { type: 'string' },
        all: { type: 'array', items: { type: 'string' } },
        each: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'granular' },
      },
      'x-kubernetes-unions': [
        { discriminator: 'kind', 'fields-to-discriminateBy': { again: 'Again', named: 'Named' } },
      ],
    },
    Atomic: {
      type: 'object',
      required: ['size', 'real'],
      properties: {
        size: { type: 'integer', format: 'int64', default: 0 },
        real: { type: 'number', format: 'double', default: 0 },
      },
      'x-kubernetes-map-type': 'atomic',
    },
  })
  const lost = message('Lost', { lost: optional(1, ref('Nowhere')) })
  assert.throws(() => new SchemaCollector('v2', naming).reference(lost), {
    message: 'schema reference to Nowhere, which is not above it',
  })
})

test('a document of any size is written whole', () => {
  const about = 'é'.repeat(150_000)
  const document = (describe: OpenApiOptions['describe']) =>
    Buffer.from(encodeOpenApiV2(openApiV2Document([pods], { ...options, describe })))
  const [short, long] = [document(() => 'x'), document((name, field) => (name === 'Pod' && !field ? about : 'x'))]
  const at = long.indexOf(about)
  assert.ok(at > 0)
  assert.ok(long.length - short.length >= 300_000 - 1)
  // What stands before and behind it is as it was, but for the lengths of what holds it.
  const behind = long.subarray(at + 300_000)
  assert.deepEqual(behind, short.subarray(short.length - behind.length))
})
