import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '../json-schema.ts'
import { compiled } from '../testing/tools.ts'
import { goFloat } from './go-number.ts'
import { validateValue } from './validate.ts'

const told = (schema: JsonSchema, value: unknown, before?: unknown): readonly string[] =>
  validateValue(compiled(schema), value, '', before === undefined ? undefined : { value: before }).map(
    ({ type, field, badValue, detail }) =>
      [type, field, ...(badValue === undefined ? [] : [JSON.stringify(badValue)]), detail].join(' | '),
  )
const spec = (schema: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec: schema } })
const of = (schema: JsonSchema, value: unknown): readonly string[] => told(spec(schema), { spec: value })

test('a value of a wrong type is told of with the type that it has', () => {
  const wrong = (wanted: string, got: string): readonly string[] => [
    `TypeInvalid | spec | "${got}" | spec in body must be of type ${wanted}: "${got}"`,
  ]
  assert.deepEqual(of({ type: 'string' }, 1), wrong('string', 'integer'))
  assert.deepEqual(of({ type: 'string' }, 1.5), wrong('string', 'number'))
  assert.deepEqual(of({ type: 'boolean' }, 'x'), wrong('boolean', 'string'))
  assert.deepEqual(of({ type: 'array' }, {}), wrong('array', 'object'))
  assert.deepEqual(of({ type: 'object' }, []), wrong('object', 'array'))
  assert.deepEqual(of({ type: 'string' }, null), wrong('string', 'null'))
  assert.deepEqual(of({ type: 'string', nullable: true }, null), [])
  assert.deepEqual(of({ type: 'number' }, 3), [])
  assert.deepEqual(of({ type: 'integer' }, 3.0), [])
  assert.deepEqual(of({ 'x-kubernetes-int-or-string': true }, true), wrong('integer,string', 'boolean'))
  assert.deepEqual(of({ type: 'integer', maximum: 2 ** 53 + 2, multipleOf: 2 }, 2n ** 63n - 1n), [
    'Invalid | spec | 9223372036854775807 | spec in body should be a multiple of 2',
    'Invalid | spec | 9223372036854775807 | spec in body should be less than or equal to 9007199254740994',
  ])
  assert.deepEqual(of({ type: 'integer', minimum: 1, multipleOf: 7 }, 2n ** 63n - 1n), [])
  assert.deepEqual(of({ type: 'number' }, -(2n ** 60n) - 1n), [])
  assert.deepEqual([of({ 'x-kubernetes-int-or-string': true }, 1), of({}, null)], [[], []])
  assert.deepEqual(of({ type: 'integer' }, 1.5), [
    ...wrong('integer', 'number'),
    'Invalid | <nil> | "" | Checked value must be of type integer (default format) in spec',
  ])
  assert.deepEqual(of({ type: 'integer', format: 'int64' }, 'x'), wrong('integer', 'string'))
  assert.deepEqual(of({ type: 'integer', format: 'int32' }, true), [
    'TypeInvalid | spec | "" | spec in body must be of type int32: ""',
  ])
})

test('bounds, factors and ranges of numbers are told of in the words of Kubernetes', () => {
  const number = (schema: JsonSchema, value: number): readonly string[] => of({ type: 'integer', ...schema }, value)
  const fails = (value: number, what: string): readonly string[] => [
    `Invalid | spec | ${value} | spec in body should be ${what}`,
  ]
  assert.deepEqual(number({ maximum: 9 }, 99), fails(99, 'less than or equal to 9'))
  assert.deepEqual(number({ maximum: 9, exclusiveMaximum: true }, 9), fails(9, 'less than 9'))
  assert.deepEqual(number({ minimum: 1 }, 0), fails(0, 'greater than or equal to 1'))
  assert.deepEqual(number({ minimum: 1, exclusiveMinimum: true }, 1), fails(1, 'greater than 1'))
  assert.deepEqual([number({ minimum: 1, maximum: 9 }, 1), number({ minimum: 1, maximum: 9 }, 9)], [[], []])
  assert.deepEqual(number({ multipleOf: 3 }, 4), fails(4, 'a multiple of 3'))
  assert.deepEqual(number({ multipleOf: 3 }, 6), [])
  assert.deepEqual(of({ type: 'number', multipleOf: 0.1 }, 0.3), [])
  assert.deepEqual(of({ type: 'number', maximum: 2.5 }, 3.5), fails(3.5, 'less than or equal to 2.5'))
  assert.deepEqual(of({ type: 'number', minimum: 1e6 }, 0.5), fails(0.5, 'greater than or equal to 1e+06'))
  assert.deepEqual(number({ format: 'int32' }, 2 ** 31), [
    'Invalid | <nil> | "" | Checked value must be of type integer with format int32 in spec',
  ])
  assert.deepEqual(number({ format: 'int32' }, -(2 ** 31)), [])
  assert.deepEqual(of({ type: 'number', format: 'float' }, 1e39), [
    'Invalid | <nil> | "" | Checked value must be of type number with format float in spec',
  ])
  assert.deepEqual(
    [goFloat(0), goFloat(0.0001), goFloat(0.00001), goFloat(123456), goFloat(1234567), goFloat(-2e21)],
    [...['0', '0.0001', '1e-05', '123456', '1.234567e+06', '-2e+21']],
  )
})

test('of a text the length comes first, counted in characters, then the pattern', () => {
  const text = (schema: JsonSchema, value: string): readonly string[] => of({ type: 'string', ...schema }, value)
  assert.deepEqual(text({ maxLength: 3 }, 'abcd'), ['TooLong | spec | may not be more than 3 bytes'])
  assert.deepEqual(text({ maxLength: 1 }, '🙂🙂'), ['TooLong | spec | may not be more than 1 byte'])
  assert.deepEqual([text({ maxLength: 1 }, '🙂'), text({ minLength: 1 }, '🙂')], [[], []])
  assert.deepEqual(text({ minLength: 2 }, 'a'), ['Invalid | spec | "a" | spec in body should be at least 2 chars long'])
  assert.deepEqual(text({ pattern: '^a$' }, 'b'), ['Invalid | spec | "b" | spec in body should match \'^a$\''])
  assert.deepEqual(text({ maxLength: 1, pattern: '^a$' }, 'bb').length, 1)
  assert.deepEqual(text({ format: 'date-time' }, 'today'), [
    'TypeInvalid | spec | "today" | spec in body must be of type date-time: "today"',
  ])
  assert.deepEqual([text({ format: 'nobody-knows' }, 'x'), text({ format: 'ipv4' }, '1.2.3.4')], [[], []])
  assert.deepEqual(of({ format: 'ipv4' }, 5), [
    'TypeInvalid | spec | "int64" | spec in body must be of type ipv4: "int64"',
  ])
})

test('an enum names what it takes, and does not take null unless it may', () => {
  assert.deepEqual(of({ type: 'string', enum: ['fast', 'slow'] }, 'warp'), [
    'NotSupported | spec | "warp" | supported values: "fast", "slow"',
  ])
  assert.deepEqual(of({ type: 'integer', enum: [1, 2] }, 3), ['NotSupported | spec | 3 | supported values: "1", "2"'])
  assert.deepEqual(of({ type: 'string', nullable: true, enum: ['a'] }, null), [
    'NotSupported | spec | null | supported values: "a"',
  ])
  assert.deepEqual(of({ enum: [{ b: 1, a: 2 }] }, { a: 2, b: 1 }), [])
})

test('a list is told of by its items, then by how many they are', () => {
  const list: JsonSchema = { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2 }
  assert.deepEqual(of(list, [1]), [
    'TypeInvalid | spec[0] | "integer" | spec[0] in body must be of type string: "integer"',
    'Invalid | spec | 1 | spec in body should have at least 2 items',
  ])
  assert.deepEqual(of(list, ['a', 'b', 'c']), ['TooMany | spec | 3 | must have at most 2 items'])
  assert.deepEqual(of({ type: 'array', uniqueItems: true }, [{ a: 1 }, { a: 1 }]), [
    'Invalid | spec | "" | spec in body shouldn\'t contain duplicates',
  ])
})

test('an object is told of by its members in the order of their names, then by those that are missing', () => {
  const schema: JsonSchema = {
    type: 'object',
    required: ['z', 'y'],
    properties: { b: { type: 'string' }, a: { type: 'string' }, z: { type: 'string' } },
    minProperties: 3,
    maxProperties: 1,
  }
  assert.deepEqual(of(schema, { b: 1, a: 2 }), [
    'Invalid | spec | 2 | spec in body should have at least 3 properties',
    'TooMany | spec | 2 | must have at most 1 items',
    'TypeInvalid | spec.a | "integer" | spec.a in body must be of type string: "integer"',
    'TypeInvalid | spec.b | "integer" | spec.b in body must be of type string: "integer"',
    'Required | spec.z | ',
    'Required | spec.y | ',
  ])
  assert.deepEqual(told({ type: 'object', required: ['spec'] }, {}), ['Required | spec | '])
  assert.deepEqual(of({ type: 'object', required: ['a'] }, { a: null }), [])
  assert.deepEqual(of({ type: 'object', additionalProperties: { type: 'integer' } }, { 'a.b': 'x' }), [
    'TypeInvalid | spec.a.b | "string" | spec.a.b in body must be of type integer: "string"',
  ])
  assert.deepEqual(of({ type: 'object', additionalProperties: false, properties: { a: {} } }, { a: 1, b: 2 }), [
    'Invalid | spec | "b" | spec.b in body is a forbidden property',
  ])
})

test('a schema that stands for several is told of as a whole, and by the one that came furthest', () => {
  const needs = (name: string): JsonSchema => ({ type: 'object', required: [name] })
  const nowhere = (what: string): string => `Invalid | <nil> | "" | "spec" must ${what}`
  assert.deepEqual(of({ anyOf: [needs('a'), needs('b')] }, {}), [
    nowhere('validate at least one schema (anyOf)'),
    'Required | spec.a | ',
  ])
  assert.deepEqual(of({ anyOf: [{ type: 'string' }, needs('b')] }, {}), [
    nowhere('validate at least one schema (anyOf)'),
    'Required | spec.b | ',
  ])
  assert.deepEqual(of({ oneOf: [needs('a'), needs('b')] }, {}), [
    nowhere('validate one and only one schema (oneOf). Found none valid'),
    'Required | spec.a | ',
  ])
  assert.deepEqual(of({ oneOf: [needs('a'), needs('b')] }, { a: 1, b: 1 }), [
    nowhere('validate one and only one schema (oneOf). Found 2 valid alternatives'),
  ])
  assert.deepEqual(of({ allOf: [needs('a'), needs('b')] }, { a: 1 }), [
    'Required | spec.b | ',
    nowhere('validate all the schemas (allOf)'),
  ])
  assert.deepEqual(of({ allOf: [needs('a')] }, {}), [
    'Required | spec.a | ',
    nowhere('validate all the schemas (allOf). None validated'),
  ])
  assert.deepEqual(of({ not: needs('a') }, { a: 1 }), [nowhere('not validate the schema (not)')])
  for (const fits of [{ anyOf: [needs('a'), needs('b')] }, { oneOf: [needs('a'), needs('b')] }, { not: needs('b') }])
    assert.deepEqual(of(fits, { a: 1 }), [])
})

test('what was wrong before an update and is unchanged is forgiven, as far as it is known to be the same', () => {
  const schema = spec({
    type: 'object',
    maxProperties: 3,
    properties: {
      a: { type: 'string', maxLength: 1 },
      b: { type: 'string', maxLength: 1 },
      list: { type: 'array', items: { type: 'string', maxLength: 1 } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
        items: { type: 'object', properties: { n: { type: 'string' }, v: { type: 'string', maxLength: 1 } } },
      },
    },
  })
  const fields = (value: object, before: object): readonly string[] =>
    told(schema, { spec: value }, { spec: before }).map((line) => line.split(' | ')[1]!)
  assert.deepEqual(fields({ a: 'long', b: 'long' }, { a: 'long' }), ['spec.b'])
  assert.deepEqual(fields({ a: 'longer' }, { a: 'long' }), ['spec.a'])
  assert.deepEqual(fields({ list: ['long', 'x'] }, { list: ['long'] }), ['spec.list[0]'])
  assert.deepEqual(fields({ list: ['long'] }, { list: ['long'] }), [])
  const [one, two] = [
    { n: 'one', v: 'long' },
    { n: 'two', v: 'long' },
  ]
  assert.deepEqual(fields({ map: [two, one] }, { map: [one] }), ['spec.map[0].v'])
})

test('each thing is told once, and from where it is asked', () => {
  const schema: JsonSchema = { type: 'object', required: ['a'], allOf: [{ required: ['a'] }] }
  const problems = validateValue(compiled(schema), {}, 'status')
  assert.deepEqual(
    problems.map(({ field }) => field),
    ['status.a', 'status'],
  )
})
