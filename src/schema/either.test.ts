import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJson, decodeJsonText, encodeJson } from './json.ts'
import { SchemaCollector } from './openapi/openapi-schemas.ts'
import { decodeProtobuf } from './protobuf.ts'
import { declarations, either, field, map, optional, ref, string } from './schema.ts'
import { encodeProtobuf } from './testing/protobuf.ts'

const { message } = declarations('test.v1')
const itself = ref<unknown>('Shape')
class Shape extends message('Shape', {
  type: field(1, string),
  items: optional(2, either('ShapeOrArray', itself, 'list', [1, 2])),
  more: optional(3, either('ShapeOrBool', itself, 'bool', [2, 1])),
  needs: map(4, either('ShapeOrStrings', itself, 'strings', [1, 2])),
}) {}

const roundTrip = (object: any): unknown => {
  const bytes = encodeProtobuf(Shape, object)
  return decodeProtobuf(Shape, bytes).object
}

test('a union is a message or what stands in its place, as JSON and as protobuf', () => {
  for (const object of [
    { items: { type: 'a' } },
    { items: [{ type: 'a' }, { type: 'b' }] },
    { items: [] },
    { more: true },
    { more: false },
    { more: { type: 'a', items: { more: false } } },
    { needs: { x: { type: 'a' }, y: ['z', 'w'] } },
  ]) {
    assert.deepEqual(decodeJson(Shape, object).object, object)
    assert.equal(encodeJson(Shape, object as any), JSON.stringify(object))
    assert.deepEqual(roundTrip(object), object)
  }
})

test('a union is on the wire as Kubernetes has it: the flag stands beside the message', () => {
  const hex = (object: object): string => Buffer.from(encodeProtobuf(Shape, object)).toString('hex')
  assert.equal(hex({ more: false }), '0a001a020800')
  assert.equal(hex({ more: { type: 'a' } }), '0a001a07080112030a0161')
  assert.equal(hex({ items: [{ type: 'a' }] }), '0a00120512030a0161')
})

test('a union that is neither is refused, and its insides are checked', () => {
  const refusal = (object: object): string => {
    try {
      decodeJson(Shape, object)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.equal(refusal({ more: 'yes' }), 'boolean or JSON schema expected')
  assert.equal(refusal({ more: [] }), 'boolean or JSON schema expected')
  assert.match(refusal({ items: 'x' }), /cannot unmarshal string/)
  assert.match(
    refusal({ items: { type: 5 } }),
    /cannot unmarshal number into Go struct field Shape.items.type of type string/,
  )
  assert.match(refusal({ needs: { x: [5] } }), /cannot unmarshal number/)
})

test('what nobody knows is dropped inside of a union without a word', () => {
  const { object, problems } = decodeJsonText(Shape, '{"items":{"type":"a","bogus":1}}')
  assert.deepEqual([object, problems], [{ items: { type: 'a' } }, []])
})

test('a union is a schema of its own in OpenAPI, of which nothing is said', () => {
  const collector = new SchemaCollector('v3', { modelName: ({ package: at, messageName }) => `${at}.${messageName}` })
  collector.reference(Shape)
  assert.deepEqual(collector.schemas['test.v1.ShapeOrBool'], {})
  assert.deepEqual(collector.schemas['test.v1.Shape']?.properties?.needs, {
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/test.v1.ShapeOrStrings' },
  })
})
