import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { specHeld, UnreadObject } from './unread-object.ts'

const texts = [
  '{"kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":80}]},"status":{"spec":{}}}',
  '{"spec":{"ports":[]},"metadata":{"name":"a"}}',
  '{"spec":{"large":9223372036854775807}}',
  '{"metadata":{"annotations":{"a":"\\"spec\\":{\\"b\\":1}"}},"spec":{"c":2}}',
  '{"metadata":{"managedFields":[{"fieldsV1":{"f:spec":{"f:a":{}}}}],"labels":{"spec":"{"}},"spec":{"type":"None"}}',
  '{"template":{"spec":{"inner":1}},"spec":{"outer":2}}',
  '{"items":[{"spec":{"inner":1}}]}',
  '{"spec":"a text"}',
  '{"spec":null}',
  '{"metadata":{"name":"without"}}',
]

const specOf = (text: string): unknown => JSON.parse(text).spec
const read = (text: string): ApiObject => JSON.parse(text) as ApiObject

test('the spec of an unread object is the one that it has when it is read', () => {
  for (const text of texts) {
    const unread = new UnreadObject(text, read)
    if (!text.includes('9223372036854775807')) assert.deepEqual(unread.spec, specOf(text), text)
    else assert.deepEqual(unread.spec, { large: 9223372036854775807n })
    assert.equal(unread.object, unread.object)
    assert.deepEqual(unread.spec, specOf(text))
    assert.deepEqual(specHeld(unread), specHeld(unread.object))
  }
})

test('a look at a spec reads no object', () => {
  const none = (): never => assert.fail('read')
  for (const text of texts.slice(0, 5)) assert.ok(new UnreadObject(text, none).spec)
})
