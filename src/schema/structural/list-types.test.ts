import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from './json-schema.ts'
import { checkListTypes } from './list-types.ts'
import { compiled } from './testing/tools.ts'

const told = (schema: JsonSchema, value: unknown): readonly string[] =>
  checkListTypes(value, compiled({ type: 'object', properties: { spec: schema } })).map(
    ({ type, field, badValue }) => `${type} ${field} ${JSON.stringify(badValue)}`,
  )
const set: JsonSchema = { type: 'array', 'x-kubernetes-list-type': 'set', items: {} }
const map = (...keys: string[]): JsonSchema => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items: { type: 'object', properties: { inner: set } },
})

test('a set holds nothing twice, and the second time alone is told of', () => {
  assert.deepEqual(told(set, { spec: ['a', 'b', 'a', 'a', 1, '1'] }), ['Duplicate spec[2] "a"'])
  assert.deepEqual(
    told(set, {
      spec: [
        { b: 1, a: 2 },
        { a: 2, b: 1 },
      ],
    }),
    ['Duplicate spec[1] {"a":2,"b":1}'],
  )
  assert.deepEqual(told({ ...set, 'x-kubernetes-list-type': 'atomic' }, { spec: [1, 1] }), [])
})

test('a map’s items have keys of their own, which are what is told of', () => {
  assert.deepEqual(told(map('name'), { spec: [{ name: 'a', x: 1 }, { name: 'b' }, { name: 'a' }] }), [
    'Duplicate spec[2] {"name":"a"}',
  ])
  assert.deepEqual(told(map('name'), { spec: [{}, null] }), ['Duplicate spec[1] {}'])
  assert.deepEqual(told(map('port', 'name'), { spec: [{ port: 1, name: 'a' }, { port: 1 }, { name: 'a', port: 1 }] }), [
    'Duplicate spec[2] {"name":"a","port":1}',
  ])
  assert.deepEqual(told(map('name'), { spec: [{ name: 'a' }, 'x'] }), ['Invalid spec[1] "x"'])
})

test('lists are found at every depth', () => {
  assert.deepEqual(told(map('name'), { spec: [{ name: 'a', inner: [1, 1] }] }), ['Duplicate spec[0].inner[1] 1'])
  const additional: JsonSchema = { type: 'object', additionalProperties: set }
  assert.deepEqual(told(additional, { spec: { b: [1, 1], a: [2, 2] } }), [
    'Duplicate spec[a][1] 2',
    'Duplicate spec[b][1] 1',
  ])
  assert.deepEqual(checkListTypes({ spec: [1, 1] }, undefined), [])
})
