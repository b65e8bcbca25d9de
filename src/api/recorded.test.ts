import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeJson, decodeJsonText, encodeJson } from '#schema/json.ts'
import { planOf } from '#schema/plan.ts'
import { decodeProtobuf, encodeEnveloped, encodeWatchFrame, unwrapUnknown } from '#schema/protobuf.ts'
import { decodeWatchFrames, encodeProtobuf } from '#schema/testing/protobuf.ts'
import { messageOfKind, messages } from './testing/messages.ts'

/* Every message of the API, held against what a real API server and kubectl wrote. */

test('every table compiles, its numbers are unique, and an empty message of it goes through both codecs', () => {
  assert.ok(messages.length > 300)
  for (const message of messages) {
    const { fields } = planOf(message)
    assert.equal(new Set(fields.map(({ number }) => number)).size, fields.length, message.messageName)
    assert.ok(fields.every(({ number }) => number > 0))
    const { object } = decodeJsonText(message, '{}')
    const { object: back, unknown } = decodeProtobuf(message, encodeProtobuf(message, object))
    assert.deepEqual(unknown, [])
    assert.equal(encodeJson(message, back), encodeJson(message, object), message.messageName)
  }
})

const objects = new URL('./fixtures/objects/', import.meta.url)

for (const file of readdirSync(objects).filter((name) => name.endsWith('.json')))
  test(`${file}, recorded from an API server, decodes cleanly and encodes to the same text`, () => {
    const text = readFileSync(new URL(file, objects), 'utf8')
    const value = JSON.parse(text) as { readonly apiVersion: string; readonly kind: string }
    const message = messageOfKind(value.apiVersion, value.kind)
    const { object, problems } = decodeJsonText(message, text)
    assert.deepEqual(problems, [])
    assert.equal(encodeJson(message, object), JSON.stringify(value))
    assert.equal(encodeJson(message, decodeJson(message, object).object), JSON.stringify(value))
  })

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
  })

for (const name of ['watch-endpointslices', 'watch-pods', 'watch-services'])
  test(`${name}.pb, a recorded watch stream, is read and written frame by frame`, () => {
    const frames = decodeWatchFrames(fixture(`objects/${name}.pb`))
    assert.ok(frames.length > 0)
    for (const { type, enveloped, frame } of frames) {
      const { apiVersion, kind, raw } = unwrapUnknown(enveloped)
      const message = messageOfKind(apiVersion, kind)
      const { object } = decodeProtobuf(message, raw)
      assert.deepEqual(encodeWatchFrame(type, encodeEnveloped(message, object)), frame)
    }
  })
