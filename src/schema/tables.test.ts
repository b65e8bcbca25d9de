import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { APIGroupDiscoveryList } from '#api/apidiscovery/message.ts'
import { JSONSchemaProps } from '#api/apiextensions/customresourcedefinition/schema.ts'
import { Service } from '#api/core/service/message.ts'
import { messages } from '#api/testing/messages.ts'
import { decodeJsonText, encodeJson, JsonError } from './json.ts'
import { planOf } from './plan.ts'
import { decodeProtobuf, encodeProtobuf } from './protobuf.ts'

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

test('recorded aggregated discovery goes through its table unchanged', () => {
  for (const name of ['disco-api', 'disco-apis']) {
    const text = readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')
    const { object, problems } = decodeJsonText(APIGroupDiscoveryList, text)
    assert.deepEqual(problems, [])
    assert.deepEqual(JSON.parse(encodeJson(APIGroupDiscoveryList, object)), JSON.parse(text))
    const back = decodeProtobuf(APIGroupDiscoveryList, encodeProtobuf(APIGroupDiscoveryList, object)).object
    assert.equal(encodeJson(APIGroupDiscoveryList, back), encodeJson(APIGroupDiscoveryList, object))
  }
})

test('messages that nest without end are refused in both codecs', () => {
  const depth = 2000
  assert.throws(() => decodeJsonText(JSONSchemaProps, `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`), {
    code: 'JSON_TOO_DEEP',
  })
  const nested: number[] = []
  let bytes = new Uint8Array(0)
  for (let level = 0; level < 300; level++) {
    nested.length = 0
    // Field 28, `not`, as a length-delimited value.
    nested.push(0xe2, 0x01)
    for (let rest = bytes.length; ; rest >>= 7) {
      nested.push(rest > 127 ? (rest & 127) | 128 : rest)
      if (rest <= 127) break
    }
    bytes = Uint8Array.from([...nested, ...bytes])
  }
  assert.equal(planOf(JSONSchemaProps).byNumber[28]?.name, 'not')
  assert.throws(() => decodeProtobuf(JSONSchemaProps, bytes), { code: 'PROTOBUF_TOO_DEEP' })
})

test('any JSON is decoded or refused with a code', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (metadata, spec) => {
      try {
        const { object } = decodeJsonText(Service, JSON.stringify({ metadata, spec }))
        encodeJson(Service, object)
      } catch (error) {
        assert.ok(error instanceof JsonError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
