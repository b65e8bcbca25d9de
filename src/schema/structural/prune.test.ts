import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from './json-schema.ts'
import { prune } from './prune.ts'
import { compiled } from './testing/tools.ts'

const pruned = (schema: JsonSchema, object: any): readonly [object: unknown, unknown: readonly string[]] => {
  const copy = structuredClone(object)
  const unknown = prune(copy, compiled(schema))
  return [copy, unknown]
}
const text: JsonSchema = { type: 'string' }

test('members that no schema names are taken away, and their paths told, sorted', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { a: text, list: { type: 'array', items: { type: 'object', properties: { n: text } } } },
      },
    },
  }
  const object = {
    apiVersion: 'a/v1',
    kind: 'A',
    metadata: { name: 'x', anything: 1 },
    zzz: 1,
    spec: { a: 'b', c: { d: 1 }, list: [{ n: 'a', o: 1 }, { p: 1 }] },
  }
  assert.deepEqual(pruned(schema, object), [
    { apiVersion: 'a/v1', kind: 'A', metadata: object.metadata, spec: { a: 'b', list: [{ n: 'a' }, {}] } },
    ['spec.c', 'spec.list[0].o', 'spec.list[1].p', 'zzz'],
  ])
})

test('where unknown members are preserved they stay, but what is known inside is still pruned', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { known: { type: 'object', properties: { a: text } } },
      },
    },
  }
  assert.deepEqual(pruned(schema, { spec: { any: { x: 1 }, known: { a: 'a', b: 1 }, list: [{ y: 1 }] } }), [
    { spec: { any: { x: 1 }, known: { a: 'a' }, list: [{ y: 1 }] } },
    ['spec.known.b'],
  ])
  assert.deepEqual(pruned({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { any: [{ x: 1 }] })[1], [])
})

test('additional members are kept by their schema; those that are only allowed lose what is inside of them', () => {
  const of = (additionalProperties: JsonSchema | boolean): JsonSchema => ({
    type: 'object',
    properties: { spec: { type: 'object', additionalProperties } },
  })
  const object = { spec: { x: { a: 'a', b: 1 }, y: 2 } }
  assert.deepEqual(pruned(of({ type: 'object', properties: { a: text } }), object), [
    { spec: { x: { a: 'a' }, y: 2 } },
    ['spec.x.b'],
  ])
  assert.deepEqual(pruned(of(true), object), [{ spec: { x: {}, y: 2 } }, ['spec.x.a', 'spec.x.b']])
})

test('kind, apiVersion and metadata of an object that is embedded stay, others of its members do not', () => {
  const embedded: JsonSchema = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: text } }
  const schema: JsonSchema = { type: 'object', properties: { template: embedded, plain: { type: 'object' } } }
  const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: 's', status: 1 }
  assert.deepEqual(pruned(schema, { template, plain: { kind: 'x' } }), [
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: 's' }, plain: {} },
    ['plain.kind', 'template.status'],
  ])
})

test('a schema that is missing knows the members of every object alone', () => {
  const object: any = { kind: 'A', spec: { a: 1 } }
  assert.deepEqual([prune(object, undefined), object], [['spec'], { kind: 'A' }])
})

test('a member named __proto__ is one like any other', () => {
  const object = JSON.parse('{"spec":{"__proto__":{"a":1},"b":2}}')
  const schema: JsonSchema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { b: { type: 'integer' } } } },
  }
  assert.deepEqual(prune(object, compiled(schema)), ['spec.__proto__'])
  assert.equal(JSON.stringify(object), '{"spec":{"b":2}}')
})
