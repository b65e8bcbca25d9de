import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applySchemaDefaults, pruneNulls } from './defaults.ts'
import type { JsonSchema } from './json-schema.ts'
import { compiled } from './testing/tools.ts'

const defaulted = (schema: JsonSchema, object: unknown): unknown => {
  const copy = structuredClone(object)
  const node = compiled(schema)
  pruneNulls(copy, node)
  applySchemaDefaults(copy, node)
  return copy
}

test('a default is written where a member is absent, at every depth that is there or is itself a default', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        default: {},
        properties: {
          mode: { type: 'string', default: 'fast' },
          deep: { type: 'object', properties: { n: { type: 'integer', default: 3 } } },
          list: { type: 'array', items: { type: 'object', properties: { p: { type: 'boolean', default: false } } } },
          map: {
            type: 'object',
            additionalProperties: { type: 'object', properties: { q: { type: 'string', default: '' } } },
          },
        },
      },
    },
  }
  assert.deepEqual(defaulted(schema, {}), { spec: { mode: 'fast' } })
  assert.deepEqual(defaulted(schema, { spec: { mode: 'slow', deep: {}, list: [{}, { p: true }], map: { x: {} } } }), {
    spec: { mode: 'slow', deep: { n: 3 }, list: [{ p: false }, { p: true }], map: { x: { q: '' } } },
  })
})

test('a null that may not be one is as absent: it goes, or gets the default; one that may be stays', () => {
  const properties: JsonSchema['properties'] = {
    plain: { type: 'string' },
    given: { type: 'string', default: 'x' },
    free: { type: 'string', nullable: true, default: 'x' },
  }
  const schema: JsonSchema = {
    type: 'object',
    properties: { spec: { type: 'object', properties } },
  }
  const nulls = { plain: null, given: null, free: null, unknown: null }
  assert.deepEqual(defaulted(schema, { spec: nulls }), { spec: { given: 'x', free: null, unknown: null } })
  const more: JsonSchema = { type: 'object', additionalProperties: { type: 'string', default: 'y' } }
  assert.deepEqual(defaulted(more, { a: null, b: 'z' }), { a: 'y', b: 'z' })
  assert.deepEqual(defaulted({ type: 'object', additionalProperties: { type: 'string' } }, { a: null }), {})
  assert.deepEqual(defaulted({ type: 'array', items: { type: 'string', default: 'w' } }, [null, 'v']), ['w', 'v'])
  assert.deepEqual(defaulted({ type: 'array', items: { type: 'string' } }, [null]), [null])
})

test('each object has a default of its own', () => {
  const node = compiled({ type: 'object', properties: { a: { type: 'object', default: { list: [1] } } } })
  const [one, two]: any[] = [{}, {}]
  applySchemaDefaults(one, node)
  applySchemaDefaults(two, node)
  one.a.list.push(2)
  assert.deepEqual([two.a.list, (node.properties.get('a')!.default as any).list], [[1], [1]])
})
