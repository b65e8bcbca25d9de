import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJson, decodeJsonText, encodeJson } from '#schema/json.ts'
import { decodeProtobuf, encodeEnveloped, unwrapUnknown } from '#schema/protobuf.ts'
import { drawing, generated } from '#schema/testing/generated.ts'
import { builtInKinds } from './kinds.ts'

const EACH = 20

test('an object of any kind is the same after JSON and after protobuf, whichever comes first', () => {
  for (const [number, { resource }] of builtInKinds.entries()) {
    const { message } = resource
    for (let seed = 0; seed < EACH; seed++) {
      const value = generated(message, drawing(number * EACH + seed))
      const { object, problems } = decodeJson(message, value)
      const what = `${resource.kind} of seed ${number * EACH + seed}: ${JSON.stringify(value)}`
      assert.deepEqual(problems, [], what)
      const text = encodeJson(message, object)
      assert.deepEqual(decodeJsonText(message, text).object, object, what)
      const { raw, apiVersion, kind } = unwrapUnknown(encodeEnveloped(message, object))
      assert.deepEqual([apiVersion, kind], message.gvk)
      const read = decodeProtobuf(message, raw)
      assert.deepEqual(read.unknown, [])
      assert.equal(encodeJson(message, read.object), text, what)
      assert.deepEqual(unwrapUnknown(encodeEnveloped(message, read.object)).raw, raw, what)
    }
  }
})
