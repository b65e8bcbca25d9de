import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import * as apidiscovery from '#api/apidiscovery-v2.ts'
import { APIGroupDiscoveryList } from '#api/apidiscovery-v2.ts'
import * as apiextensions from '#api/apiextensions-v1.ts'
import { JSONSchemaProps } from '#api/apiextensions-v1.ts'
import * as apps from '#api/apps-v1.ts'
import * as authentication from '#api/authentication-v1.ts'
import * as authorization from '#api/authorization-v1.ts'
import * as autoscaling from '#api/autoscaling-v1.ts'
import * as coordination from '#api/coordination-v1.ts'
import * as core from '#api/core-v1.ts'
import * as discovery from '#api/discovery-v1.ts'
import * as meta from '#api/meta-v1.ts'
import * as networking from '#api/networking-v1.ts'
import * as policy from '#api/policy-v1.ts'
import { decodeJsonText, encodeJson, JsonError } from './json.ts'
import { planOf } from './plan.ts'
import { decodeProtobuf, encodeProtobuf } from './protobuf.ts'
import type { MessageClass } from './schema.ts'

const groups = [
  apiextensions,
  apidiscovery,
  apps,
  authentication,
  authorization,
  autoscaling,
  coordination,
  core,
  discovery,
  meta,
  networking,
  policy,
]
const messages = groups.flatMap((group) =>
  Object.values(group as { readonly [name: string]: unknown }).filter(
    (value): value is MessageClass<unknown> => typeof value === 'function' && 'messageName' in value,
  ),
)

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
        const { object } = decodeJsonText(core.Service, JSON.stringify({ metadata, spec }))
        encodeJson(core.Service, object)
      } catch (error) {
        assert.ok(error instanceof JsonError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
