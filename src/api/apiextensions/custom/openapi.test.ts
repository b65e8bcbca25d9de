import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { customListSchema, customSchema } from './openapi.ts'

const refer = (message: unknown): any => ({ $ref: message === ObjectMeta ? 'ObjectMeta' : 'ListMeta' })
/** A schema as the root of an object has it below `spec`. */
const of = (spec: object, dialect: 'v2' | 'v3'): any =>
  (customSchema({ type: 'object', properties: { spec } } as never, dialect, refer).properties as any).spec
const TEXT = { type: 'string' }
const WHOLE = { type: 'integer' }
const FREE = { 'x-kubernetes-preserve-unknown-fields': true }
const EITHER = { 'x-kubernetes-int-or-string': true }
const BOTH = [WHOLE, TEXT]

test('a custom resource is an object with names and metadata', () => {
  const v3: any = customSchema({ type: 'object', properties: { spec: TEXT }, required: ['spec'] } as never, 'v3', refer)
  assert.deepEqual(Object.keys(v3.properties), ['spec', 'apiVersion', 'kind', 'metadata'])
  assert.deepEqual(v3.properties.metadata.allOf, [{ $ref: 'ObjectMeta' }])
  assert.deepEqual(v3.required, ['spec'])
  const v2: any = customSchema({ type: 'object' } as never, 'v2', refer)
  assert.deepEqual(Object.keys(v2.properties), ['apiVersion', 'kind', 'metadata'])
  assert.deepEqual([v2.properties.metadata.$ref, v2.required], ['ObjectMeta', undefined])
})

test('of an object without a schema nothing is said; kubectl would take what is free for unknown', () => {
  assert.deepEqual(customSchema(undefined, 'v3', refer), { type: 'object' })
  const free: any = { type: 'object', properties: { spec: TEXT }, ...FREE }
  assert.deepEqual(customSchema(free, 'v2', refer), { type: 'object' })
  assert.deepEqual((customSchema(free, 'v3', refer).properties as any).spec, TEXT)
})

test('version 3 says of a schema what it says, at every level', () => {
  const every = {
    type: 'object',
    properties: { a: { type: 'array', items: EITHER }, b: { ...TEXT, nullable: true } },
    additionalProperties: { ...EITHER },
    allOf: [EITHER],
    anyOf: [EITHER],
    oneOf: [EITHER],
    not: EITHER,
  }
  const either = { ...EITHER, anyOf: BOTH }
  assert.deepEqual(of(every, 'v3'), {
    type: 'object',
    properties: { a: { type: 'array', items: either }, b: { ...TEXT, nullable: true } },
    additionalProperties: either,
    allOf: [either],
    anyOf: [either],
    oneOf: [either],
    not: either,
  })
  for (const additionalProperties of [true, false])
    assert.deepEqual(of({ type: 'object', additionalProperties }, 'v3'), { type: 'object', additionalProperties })
})

test('an integer or a string is said in words that all know, once', () => {
  assert.deepEqual(of({ ...EITHER, anyOf: BOTH }, 'v3'), { ...EITHER, anyOf: BOTH })
  const inAll = { ...EITHER, allOf: [{ anyOf: BOTH }, { minimum: 1 }] }
  assert.deepEqual(of(inAll, 'v3'), inAll)
  const other = { anyOf: [{ minimum: 1 }], allOf: [{ maximum: 5 }] }
  assert.deepEqual(of({ ...EITHER, ...other }, 'v3'), { ...EITHER, ...other, allOf: [{ anyOf: BOTH }, ...other.allOf] })
  assert.deepEqual(of({ anyOf: [TEXT] }, 'v3'), { anyOf: [TEXT] })
})

test('version 2 leaves out what it has no words for', () => {
  const cases: readonly (readonly [schema: object, shown: object])[] = [
    [{ ...TEXT, allOf: [TEXT], anyOf: [TEXT], oneOf: [TEXT], not: TEXT }, TEXT],
    [EITHER, EITHER],
    [
      { type: 'array', items: TEXT },
      { type: 'array', items: TEXT },
    ],
    [{ type: 'array' }, {}],
    [{ type: 'array', items: TEXT, nullable: true }, {}],
    [{ type: 'array', items: TEXT, ...FREE }, FREE],
    [
      { type: 'object', properties: { a: TEXT } },
      { type: 'object', properties: { a: TEXT } },
    ],
    [{ type: 'object', properties: { a: TEXT }, nullable: true }, {}],
    [{ type: 'object', properties: { a: TEXT }, ...FREE }, FREE],
    [{ ...TEXT, nullable: true }, {}],
    [
      { ...TEXT, ...FREE },
      { ...TEXT, ...FREE },
    ],
    [
      { type: 'object', properties: { a: { ...TEXT, nullable: true }, b: TEXT }, required: ['a', 'b', 'c'] },
      { type: 'object', properties: { a: {}, b: TEXT }, required: ['b', 'c'] },
    ],
    [
      { type: 'object', properties: { a: { ...TEXT, nullable: true } }, required: ['a'] },
      { type: 'object', properties: { a: {} } },
    ],
    [
      { type: 'object', additionalProperties: { ...TEXT, nullable: true }, required: ['a'] },
      { type: 'object', additionalProperties: {} },
    ],
    [
      { type: 'object', additionalProperties: TEXT, required: ['a'] },
      { type: 'object', additionalProperties: TEXT, required: ['a'] },
    ],
  ]
  for (const [schema, shown] of cases) assert.deepEqual(of(schema, 'v2'), shown, JSON.stringify(schema))
})

test('an embedded object has names that it must have', () => {
  const embedded = {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    required: ['kind', 'spec'],
    properties: { spec: TEXT },
  }
  for (const dialect of ['v2', 'v3'] as const) {
    const shown = of(embedded, dialect)
    assert.deepEqual(Object.keys(shown.properties), ['spec', 'apiVersion', 'kind', 'metadata'])
    assert.deepEqual(shown.required, ['kind', 'spec', 'apiVersion'])
  }
  assert.equal(of({ ...embedded, ...FREE }, 'v2').properties, undefined)
  assert.deepEqual(of({ ...embedded, ...FREE }, 'v3').required, ['kind', 'spec', 'apiVersion'])
  assert.deepEqual(of({ type: 'object' }, 'v3'), { type: 'object' })
})

test('a list of them has items', () => {
  const list: any = customListSchema('Dial', 'DialList', { $ref: 'Dial' }, 'v3', refer)
  assert.deepEqual([list.type, list.description, list.required], ['object', 'DialList is a list of Dial', ['items']])
  assert.deepEqual(list.properties.metadata, { allOf: [{ $ref: 'ListMeta' }] })
  assert.deepEqual([list.properties.items.type, list.properties.items.items], ['array', { $ref: 'Dial' }])
  const v2: any = customListSchema('Dial', 'DialList', { $ref: 'Dial' }, 'v2', refer)
  assert.deepEqual(v2.properties.metadata, { $ref: 'ListMeta' })
})
