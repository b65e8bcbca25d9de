import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pod } from '#api/core/pod/message.ts'
import { Service } from '#api/core/service/message.ts'
import { messageOfKind } from '#api/testing/messages.ts'
import { encodeJson } from './json.ts'
import {
  decodeProtobuf,
  decodeWatchEvent,
  encodeEnveloped,
  encodeProtobuf,
  encodeWatchFrame,
  ProtobufError,
  unwrapUnknown,
  wrapUnknown,
} from './protobuf.ts'

const fixture = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${path}`, import.meta.url)))
const named = (folder: string): string[] =>
  readdirSync(new URL(`./fixtures/${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.pb') && !name.startsWith('watch-'))
    .map((name) => `${folder}/${name}`)

/**
 * Kinds inside of other kinds lose their names in protobuf, and an empty list is an absent one there; the server puts
 * both back.
 */
const withoutInnerKinds = (text: string): unknown => {
  const value = JSON.parse(text) as { [key: string]: unknown }
  const strip = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(strip)
    if (typeof inner !== 'object' || inner === null) return inner
    const { kind, apiVersion, ...rest } = inner as { [key: string]: unknown }
    return Object.fromEntries(
      Object.entries(kind === 'PersistentVolumeClaim' || kind === 'PartialObjectMetadata' ? rest : inner).map(
        ([key, item]) => [key, strip(item)],
      ),
    )
  }
  delete value.apiVersion
  if (Array.isArray(value.items) && value.items.length === 0) value.items = null
  return strip(value)
}

for (const path of [...named('objects'), ...named('requests')])
  test(`${path}, recorded, decodes to the JSON of the same name and encodes to the same bytes`, () => {
    const bytes = fixture(path)
    const { apiVersion, kind, raw } = unwrapUnknown(bytes)
    const message = messageOfKind(apiVersion, kind)
    const { object, unknown } = decodeProtobuf(message, raw)
    assert.deepEqual(unknown, [])
    const json = new TextDecoder().decode(fixture(path.replace(/pb$/, 'json')))
    assert.deepEqual(withoutInnerKinds(encodeJson(message, object)), withoutInnerKinds(json))
    if (path.startsWith('objects/') && !/meta-|sts|endpoints/.test(path))
      assert.equal(encodeJson(message, object), JSON.stringify(JSON.parse(json)))
    assert.deepEqual(encodeEnveloped(message, object, [apiVersion, kind]), bytes)
    assert.deepEqual(wrapUnknown(apiVersion, kind, raw), bytes)
  })

for (const name of ['watch-endpointslices', 'watch-pods', 'watch-services'])
  test(`${name}.pb, a recorded watch stream, is read and written frame by frame`, () => {
    const bytes = fixture(`objects/${name}.pb`)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    let frames = 0
    for (let at = 0; at < bytes.length; frames++) {
      const length = view.getUint32(at)
      const event = decodeWatchEvent(bytes.subarray(at + 4, at + 4 + length))
      const { apiVersion, kind, raw } = unwrapUnknown(event.object)
      const message = messageOfKind(apiVersion, kind)
      const { object } = decodeProtobuf(message, raw)
      const frame = encodeWatchFrame(event.type, encodeEnveloped(message, object))
      assert.deepEqual(frame, bytes.subarray(at, at + 4 + length))
      at += 4 + length
    }
    assert.ok(frames > 0)
  })

const refusal = (error: unknown): boolean => error instanceof ProtobufError

test('a message cut off at any byte is read to a whole field or refused with a code', () => {
  const { raw } = unwrapUnknown(fixture('objects/core-pods-p1.pb'))
  let refused = 0
  for (let length = 0; length < raw.length; length++) {
    try {
      decodeProtobuf(Pod, raw.subarray(0, length))
    } catch (error) {
      assert.ok(refusal(error), `${length}: ${error}`)
      refused++
    }
  }
  assert.ok(refused > raw.length - 20)
})

test('random bytes, and random changes to a message, are read or refused with a code', () => {
  const { raw } = unwrapUnknown(fixture('objects/core-services-web.pb'))
  const attempt = (bytes: Uint8Array): void => {
    try {
      encodeProtobuf(Service, decodeProtobuf(Service, bytes).object)
    } catch (error) {
      assert.ok(refusal(error), String(error))
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 300 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: raw.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = raw.slice()
      changed[at] = byte
      attempt(changed)
    }),
    { numRuns: 500 },
  )
})

test('what was encoded decodes to the same object', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 })
  fc.assert(
    fc.property(
      fc.record({
        labels: fc.dictionary(text, text, { minKeys: 1 }),
        generation: fc.integer({ min: 1 }),
        port: fc.integer(),
        replicas: fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
      }),
      ({ labels, generation, port, replicas }) => {
        // Assigned one by one, since a literal would take __proto__ for the prototype.
        const object = {
          kind: 'Service',
          apiVersion: 'v1',
          metadata: { generation, deletionGracePeriodSeconds: replicas, labels },
          spec: { ports: [{ port, targetPort: 'x' }], clusterIP: '10.0.0.1' },
          status: { loadBalancer: {} },
        } as const
        const decoded = decodeProtobuf(Service, encodeProtobuf(Service, object)).object
        assert.deepEqual(Object.entries(decoded.metadata?.labels ?? {}).sort(), Object.entries(labels).sort())
        assert.equal(encodeJson(Service, decoded), encodeJson(Service, object))
      },
    ),
    { numRuns: 200 },
  )
})

test('unknown fields are named by message and number, once', () => {
  const bytes = Uint8Array.of(0x12, 0x06, 0xc8, 0x3e, 0x01, 0xc8, 0x3e, 0x02)
  assert.deepEqual(decodeProtobuf(Service, bytes).unknown, [{ message: 'ServiceSpec', number: 1001 }])
})

test('integers past 2^53, wrong wire types and foreign bodies are refused with their codes', () => {
  const refuse = (code: string, ...bytes: number[]): void =>
    assert.throws(() => decodeProtobuf(Service, Uint8Array.from(bytes)), { code })
  refuse('PROTOBUF_RANGE', 0x0a, 0x0a, 0x38, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
  refuse('PROTOBUF_MALFORMED', 0x08, 0x01)
  refuse('PROTOBUF_MALFORMED', 0x00, 0x01)
  refuse('PROTOBUF_TRUNCATED', 0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)
  assert.throws(() => unwrapUnknown(new TextEncoder().encode('{"kind":"Pod"}')), { code: 'PROTOBUF_ENVELOPE' })
})
