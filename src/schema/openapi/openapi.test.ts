import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { MessageClass } from '../schema.ts'
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
