import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { celEnvironment, typeText } from '../cel.ts'
import { jsonOf } from '../testing/json-of.ts'
import { declaredType } from './declared-type.ts'
import { escapedName } from './escape.ts'
import { selfValue } from './schema-value.ts'
import { mostOften, sizesOf } from './sizes.ts'

const INT: JsonSchema = { type: 'integer' }
const TEXT: JsonSchema = { type: 'string' }
const ofFormat = (format: string): JsonSchema => ({ ...TEXT, format })

/** What an expression of a value comes to, or why it cannot be. */
const evaluated = (schema: JsonSchema, json: unknown, source: string, isRoot = false): unknown => {
  const declared = declaredType(schema, isRoot)!
  const { value, error } = celEnvironment({ self: declared.type })
    .compile(source)
    .evaluate({ self: selfValue(json, schema, isRoot) })
  return error === undefined ? jsonOf(value) : error.message
}

test('fields are called by names that expressions can hold', () => {
  const names = { plain: 'plain', 'a-b': 'a__dash__b', 'a.b/c': 'a__dot__b__slash__c', a__b: 'a__underscores__b' }
  for (const [name, escaped] of Object.entries({ ...names, namespace: '__namespace__', _x: '_x' }))
    assert.equal(escapedName(name), escaped)
  for (const name of ['', '1a', 'a b', 'é', 'a$']) assert.equal(escapedName(name), undefined)
})

test('a schema says of its values their type, how many there can be, and how short they are', () => {
  const shown = (schema: JsonSchema): unknown => {
    const declared = declaredType(schema, false)
    return declared && [typeText(declared.type), declared.most, declared.bytes]
  }
  const text = 3 * 1024 * 1024 - 2
  assert.deepEqual(
    [INT, { type: 'number' }, { type: 'boolean' }, { 'x-kubernetes-int-or-string': true }].map((one) =>
      shown(one as JsonSchema),
    ),
    [
      ['int', 0, 1],
      ['double', 0, 1],
      ['bool', 0, 4],
      ['dyn', text, 1],
    ],
  )
  assert.deepEqual(
    [TEXT, { ...TEXT, maxLength: 5 }, { ...TEXT, maxLength: -1 }, { ...TEXT, enum: ['a', 'ébc'] }].map(shown),
    [
      ['string', text, 2],
      ['string', 20, 2],
      ['string', 0, 2],
      ['string', 4, 2],
    ],
  )
  assert.deepEqual(
    ['byte', 'duration', 'date', 'date-time', 'email'].map((format) => shown(ofFormat(format))),
    [
      ['bytes', text, 2],
      ['duration', 32, 3],
      ['timestamp', 12, 12],
      ['timestamp', 32, 21],
      ['string', text, 2],
    ],
  )
  assert.deepEqual(shown({ ...ofFormat('byte'), maxLength: 5 }), ['bytes', 5, 2])
  assert.deepEqual(shown({ type: 'array', items: INT, maxItems: 3 }), ['list(int)', 3, 2])
  assert.deepEqual(shown({ type: 'object', additionalProperties: INT, maxProperties: 3 }), ['map(string, int)', 3, 2])
  assert.deepEqual(shown({ type: 'array', items: INT }), ['list(int)', text / 2, 2])
  const object: JsonSchema = {
    type: 'object',
    required: ['abc', 'given'],
    properties: { abc: INT, given: { ...INT, default: 1 }, other: TEXT, free: {} },
  }
  assert.deepEqual(shown(object), ['selfType', 0, 2 + 3 + 1 + 4])
  for (const schema of [
    {},
    { type: 'array' },
    { type: 'array', items: {} },
    { type: 'object', additionalProperties: {} },
  ])
    assert.equal(shown(schema), undefined)
  assert.equal(mostOften(declaredType(INT, false)!), (3 * 1024 * 1024) / 2)
})

test('how large what stands at a path is, is found in the schema', () => {
  const items: JsonSchema = { type: 'array', maxItems: 7, items: { ...TEXT, maxLength: 2 } }
  const sizes = sizesOf(
    declaredType(
      { type: 'object', properties: { list: items, by: { type: 'object', additionalProperties: TEXT } } },
      false,
    )!,
  )
  assert.deepEqual(sizes(['self', 'list']), { min: 0, max: 7 })
  assert.deepEqual(sizes(['self', 'list', '@items']), { min: 0, max: 8 })
  assert.deepEqual(sizes(['self', 'by', '@keys']), { min: 0, max: 0 })
  assert.deepEqual(sizes(['self', 'by', '@values']), { min: 0, max: 3 * 1024 * 1024 - 2 })
  for (const path of [
    ['self', 'q'],
    ['self', 'list', '@keys'],
    ['self', 'list', 'a'],
    ['self', 'q', '@items'],
  ])
    assert.equal(sizes(path), undefined)
})

test('an integer of 64 bits is the one that was written', () => {
  const most = 2n ** 63n - 1n
  assert.equal(evaluated(INT, most, 'self == 9223372036854775807'), true)
  assert.equal(evaluated(INT, most, 'self - 1'), `${most - 1n}n`)
  assert.equal(evaluated({ type: 'number' }, most, 'self'), 2 ** 63)
  assert.match(String(evaluated(INT, most, 'self + 1')), /integer overflow/)
})

test('an object of the API has its names, and an embedded one too', () => {
  const object = { kind: 'Dial', metadata: { name: 'a', generateName: 'g', labels: { x: 'y' } } }
  assert.equal(evaluated({ type: 'object' }, object, 'self.kind + self.metadata.name', true), 'Diala')
  assert.throws(() => evaluated({ type: 'object' }, object, 'self.metadata.labels', true), /undefined field 'labels'/)
  const holder: JsonSchema = {
    type: 'object',
    properties: { inner: { type: 'object', 'x-kubernetes-embedded-resource': true } },
  }
  assert.equal(evaluated(holder, { inner: object }, 'self.inner.metadata.generateName'), 'g')
  assert.throws(() => evaluated({ type: 'object' }, object, 'self.kind'), /undefined field 'kind'/)
})

test('formats make texts values of their types, and what is none of them is an error', () => {
  const cases: readonly (readonly [format: string, text: string, source: string, wanted: unknown])[] = [
    ['date-time', '2020-01-01T00:00:00Z', 'self.getFullYear()', '2020n'],
    ['date', '2020-03-01', 'self.getMonth()', '2n'],
    ['duration', '90m', 'self.getHours()', '1n'],
    ['duration', '2 days', 'self.getHours()', '48n'],
    ['duration', '1w', 'self.getHours()', '168n'],
    ['duration', '3 hours', 'self.getMinutes()', '180n'],
    ['duration', '5 mins', 'self.getSeconds()', '300n'],
    ['duration', '7 seconds', 'self.getSeconds()', '7n'],
    ['byte', 'YWI=', 'self.size()', '2n'],
    ['email', 'a@b', 'self.size()', '3n'],
  ]
  for (const [format, text, source, wanted] of cases)
    assert.equal(evaluated(ofFormat(format), text, source), wanted, `${format} ${text}`)
  assert.throws(() => selfValue('x', ofFormat('date'), false), /Invalid date formatted string x/)
})

test('what is not of its schema is an error, which says what it is', () => {
  const wrong = (schema: JsonSchema, json: unknown): string => {
    try {
      return String(jsonOf(selfValue(json, schema, false)))
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.deepEqual(
    [
      wrong(INT, 'a'),
      wrong({ type: 'number' }, 'a'),
      wrong({ type: 'boolean' }, 1),
      wrong(TEXT, 1),
      wrong({ type: 'array', items: INT }, {}),
      wrong({ type: 'array' }, []),
      wrong({ type: 'object' }, 1),
      wrong({ 'x-kubernetes-int-or-string': true }, 1.5),
      wrong(INT, null),
    ],
    [
      'invalid data, expected int, got string',
      'invalid data, expected float, got string',
      'invalid data, expected bool, got number',
      'invalid data, expected string, got number',
      'invalid data, expected an array for the provided schema with type=array',
      'invalid array type, expected Items with a non-empty Schema',
      'invalid data, expected a map for the provided schema with type=object',
      'invalid data, expected XIntOrString value to be either a string or integer',
      'invalid data, got null for schema with nullable=false',
    ],
  )
  assert.equal(selfValue(null, { ...INT, nullable: true }, false), null)
  assert.equal(selfValue('a', { 'x-kubernetes-int-or-string': true }, false), 'a')
  assert.equal(selfValue(5, { 'x-kubernetes-int-or-string': true }, false), 5n)
  assert.equal(selfValue(5, {}, false), 5n)
})

test('lists that are sets or have keys are equal in any order, and are joined by what their items are', () => {
  const list = (type: string, items: JsonSchema, keys?: readonly string[]): JsonSchema => ({
    type: 'array',
    items,
    'x-kubernetes-list-type': type,
    ...(keys && { 'x-kubernetes-list-map-keys': keys }),
  })
  const both = (additionalProperties: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties })
  const set = both(list('set', TEXT))
  assert.equal(evaluated(set, { a: ['x', 'y'], b: ['y', 'x'] }, 'self.a == self.b'), true)
  assert.equal(evaluated(set, { a: ['x', 'y'], b: ['y', 'z'] }, 'self.a == self.b'), false)
  assert.equal(evaluated(set, { a: ['x'], b: ['x', 'y'] }, 'self.a == self.b'), false)
  assert.deepEqual(evaluated(set, { a: ['x', 'y'], b: ['y', 'z'] }, 'self.a + self.b'), ['x', 'y', 'z'])
  const keyed = both(list('map', { type: 'object', properties: { k: TEXT, v: INT } }, ['k']))
  const items = (...pairs: readonly (readonly [string, number])[]) => pairs.map(([k, v]) => ({ k, v }))
  const one = { a: items(['x', 1], ['y', 2]), b: items(['y', 2], ['x', 1]) }
  assert.equal(evaluated(keyed, one, 'self.a == self.b'), true)
  assert.equal(evaluated(keyed, { ...one, b: items(['y', 3], ['x', 1]) }, 'self.a == self.b'), false)
  assert.equal(evaluated(keyed, { ...one, b: items(['z', 2], ['x', 1]) }, 'self.a == self.b'), false)
  assert.equal(evaluated(keyed, { ...one, b: items(['x', 1]) }, 'self.a == self.b'), false)
  assert.deepEqual(
    evaluated(keyed, { a: items(['x', 1], ['y', 2]), b: items(['x', 3], ['z', 4]) }, 'self.a + self.b'),
    [
      { k: 'x', v: '3n' },
      { k: 'y', v: '2n' },
      { k: 'z', v: '4n' },
    ],
  )
  const atomic = both({ type: 'array', items: TEXT })
  assert.equal(evaluated(atomic, { a: ['x', 'y'], b: ['y', 'x'] }, 'self.a == self.b'), false)
})

test('a map has all of its members, an object those of its schema that are not null', () => {
  const map: JsonSchema = { type: 'object', additionalProperties: INT }
  assert.deepEqual(evaluated(map, { a: 1, 'b-c': 2 }, 'self.map(k, k)'), ['a', 'b-c'])
  assert.equal(evaluated(map, { a: 1 }, 'size(self) + self["a"]'), '2n')
  assert.equal(evaluated(map, { a: 1 }, 'self["b"]'), 'no such key: b')
  const object: JsonSchema = { type: 'object', properties: { a: INT, b: { ...INT, nullable: true }, 'c-d': INT } }
  assert.equal(evaluated(object, { a: 1, b: null, q: 5 }, 'has(self.a) && !has(self.b) && !has(self.c__dash__d)'), true)
  assert.equal(evaluated(object, { a: 1, q: 2 }, 'self == self && self.a == 1'), true)
})
