import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJsonText, encodeJson, JsonError } from './json.ts'
import { planOf } from './plan.ts'
import { decodeProtobuf } from './protobuf.ts'
import { Nested, Service } from './testing/messages.ts'

test('messages that nest without end are refused in both codecs', () => {
  const depth = 2000
  assert.throws(() => decodeJsonText(Nested, `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`), {
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
  assert.equal(planOf(Nested).byNumber[28]?.name, 'not')
  assert.throws(() => decodeProtobuf(Nested, bytes), { code: 'PROTOBUF_TOO_DEEP' })
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
