import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { canonicalSet } from '#schema/apply/sets/canonical-set.ts'
import { objectReader } from './object-reader.ts'

const owned = (name: string, ...sets: readonly object[]): string =>
  JSON.stringify({
    metadata: { name, managedFields: sets.map((fieldsV1) => ({ manager: 'm', fieldsType: 'FieldsV1', fieldsV1 })) },
    data: { text: 'of "fieldsV1":{"f:x":{}} \\ it tells' },
  })
const setsOf = ({ metadata }: ApiObject) => (metadata?.managedFields ?? []).map(({ fieldsV1 }) => fieldsV1)

test('objects are read as they were written, and those that say the same of their owners hold it once', () => {
  const read = objectReader(new Map())
  const [one, other] = [{ 'f:data': { '.': {}, 'f:te}x"t': {} } }, { 'f:metadata': { 'f:labels': {} } }]
  const texts = [owned('a', one, other), owned('b', other), owned('c'), owned('d', one), '{"metadata":{"name":"e"}}']
  const objects = texts.map(read)
  assert.deepEqual(
    objects,
    texts.map((text) => JSON.parse(text)),
  )
  assert.equal(setsOf(objects[0]!)[0], setsOf(objects[3]!)[0])
  assert.equal(setsOf(objects[0]!)[1], setsOf(objects[1]!)[0])
  assert.deepEqual(
    objects.map((object) => JSON.stringify(object)),
    texts,
  )
})

test('what bears that name elsewhere is read as it is', () => {
  const read = objectReader(new Map())
  for (const text of [
    '{"spec":{"fieldsV1":{"f:a":{}}},"metadata":{"managedFields":[{"fieldsV1":{"f:b":{}}}]}}',
    '{"spec":{"fieldsV1":{"f:a":{}}}}',
    '{"spec":{"limit":9223372036854775807}}',
    '{"spec":{"limit":9223372036854775807},"metadata":{"managedFields":[{"fieldsV1":{"f:b":{}}}]}}',
    '{"spec":{"fieldsV1":[1]}}',
    '{"spec":{"fieldsV1":"abcdefghijklmnop"}}',
    '{"spec":{"fieldsV1":"a"},"metadata":{"managedFields":[{"fieldsV1":{"f:b":{}}}]}}',
    '{"metadata":{"managedFields":[{"fieldsV1":{"f:b":{},"f:a":{}}},{"fieldsV1":{"no element":1}}]}}',
    '{"metadata":{"managedFields":[{"fieldsV1":null},{"manager":"x"}]}}',
  ])
    assert.equal(JSON.stringify(read(text)), text)
  assert.throws(() => read('{"metadata":{"managedFields":[{"fieldsV1":{"f:b":{}'), SyntaxError)
  assert.throws(() => read('{"a"'), SyntaxError)
})

test('a set that is named is the one of that name, also beside one that is written there, and one that is missing is told', () => {
  const sets = new Map([
    ['one', '{"f:data":{".":{}}}'],
    ['other', '{"f:metadata":{"f:labels":{}}}'],
  ])
  const read = objectReader(sets)
  const entry = (fieldsV1: unknown) => ({ manager: 'm', fieldsV1 })
  const textOf = (...written: readonly unknown[]) =>
    JSON.stringify({ spec: { fieldsV1: 'one' }, metadata: { managedFields: written.map(entry) }, data: {} })
  const inline = { 'f:spec': { 'f:ports': {} } }
  const [first, second] = [read(textOf('one', inline, 'other')), read(textOf('other', inline))]
  assert.equal(
    JSON.stringify(first),
    textOf(...['one', '', 'other'].map((name) => (name ? JSON.parse(sets.get(name)!) : inline))),
  )
  assert.equal(setsOf(first)[2], setsOf(second)[0])
  assert.equal(setsOf(first)[1], setsOf(second)[1])
  assert.throws(() => read(textOf('one', 'gone')), { name: 'SyntaxError', message: /names a set .* not there: gone/ })
})

test('sets that begin alike, and come in another order, are told apart, and are those that live', () => {
  const read = objectReader(new Map())
  const [one, other] = ['a', 'b'].map((last) => ({ 'f:data': { [`f:${'x'.repeat(300)}${last}`]: {} } })) as [
    object,
    object,
  ]
  for (const text of [owned('a', one, other), owned('b', one, other), owned('c', other, one), owned('d', other)])
    assert.equal(JSON.stringify(read(text)), text)
  assert.equal(setsOf(read(owned('e', one)))[0], canonicalSet(one as never))
})
