import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'
import { objectRules } from './object-rules.ts'

/** A schema whose spec is this. */
const specOf = (spec: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties: { spec },
  ...more,
})
const withRules = (...rules: readonly (string | ValidationRule)[]): JsonSchema => ({
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
})
const broken = (schema: JsonSchema, object: object, old?: object): readonly string[] => {
  const rules = objectRules(schema)!
  const errors = rules.check(object as never, old as never)
  return errors.map((error) => `${error.isForgiven ? 'forgiven: ' : ''}${fieldErrorText(error)}`)
}

const INT: JsonSchema = { type: 'integer' }
const TEXT: JsonSchema = { type: 'string' }

test('a rule that an object breaks is told of where it stands, in its own words', () => {
  const spec: JsonSchema = {
    type: 'object',
    properties: {
      min: INT,
      max: { ...INT, ...withRules({ rule: 'self < 10', message: ' too large ' }) },
      parts: { type: 'array', items: { ...TEXT, ...withRules("self.startsWith('p')") } },
      by: { type: 'object', additionalProperties: { ...INT, ...withRules('self > 0') } },
    },
    ...withRules('self.min <= self.max', {
      rule: '!has(self.parts) || size(self.parts) < 3',
      messageExpression: '"parts are " + string(size(self.parts))',
      reason: 'FieldValueForbidden',
      fieldPath: '.parts',
    }),
  }
  const good = { min: 1, max: 2, parts: ['p', 'pq'], by: { a: 1 } }
  assert.deepEqual(broken(specOf(spec), { spec: good }), [])
  assert.deepEqual(broken(specOf(spec), { spec: { min: 30, max: 20, parts: ['p', 'x', 'p'], by: { a: 0 } } }), [
    'spec: Invalid value: failed rule: self.min <= self.max',
    'spec.parts: Forbidden: parts are 3',
    'spec.by[a]: Invalid value: 0: failed rule: self > 0',
    'spec.max: Invalid value: 20: too large',
    'spec.parts[1]: Invalid value: "x": failed rule: self.startsWith(\'p\')',
  ])
})

test('the root of an object has its names, and what is wrong with it has no field', () => {
  const schema = specOf(INT, withRules("self.metadata.name.size() < 3 && self.kind == 'Dial'"))
  assert.deepEqual(broken(schema, { kind: 'Dial', metadata: { name: 'ab' } }), [])
  assert.deepEqual(broken(schema, { kind: 'Dial', metadata: { name: 'abc' } }), [
    "<nil>: Invalid value: failed rule: self.metadata.name.size() < 3 && self.kind == 'Dial'",
  ])
})

test('a rule that comes to nothing says why', () => {
  const spec: JsonSchema = {
    type: 'object',
    properties: { a: INT, b: { 'x-kubernetes-int-or-string': true } },
    ...withRules('self.a > 0', { rule: 'self.b < 5', message: 'b is small' }),
  }
  assert.deepEqual(broken(specOf(spec), { spec: { b: 'x' } }), [
    'spec: Invalid value: "object": no such key: a evaluating rule: self.a > 0',
    `spec: Invalid value: "object": 'no such overload: _<_(string, int)': call arguments did not match a supported operator, function or macro signature for rule: b is small`,
  ])
})

test('what changes is compared with what was, where it is known what it was', () => {
  const item: JsonSchema = {
    type: 'object',
    properties: { key: TEXT, size: { ...INT, ...withRules('self >= oldSelf') } },
  }
  const spec: JsonSchema = {
    type: 'object',
    properties: {
      name: { ...TEXT, ...withRules({ rule: 'self == oldSelf', message: 'never changes' }) },
      parts: { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'] },
      born: { ...INT, ...withRules({ rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true }) },
    },
  }
  const old = {
    spec: {
      name: 'a',
      parts: [
        { key: 'x', size: 2 },
        { key: 'y', size: 2 },
      ],
    },
  }
  const next = {
    spec: {
      name: 'b',
      parts: [
        { key: 'y', size: 1 },
        { key: 'x', size: 2 },
        { key: 'z', size: 0 },
      ],
    },
  }
  assert.deepEqual(broken(specOf(spec), next), [])
  assert.deepEqual(broken(specOf(spec), next, old), [
    'spec.name: Invalid value: "b": never changes',
    'spec.parts[0].size: Invalid value: 1: failed rule: self >= oldSelf',
  ])
  assert.deepEqual(broken(specOf(spec), { spec: { born: 2 } }).length, 1)
  assert.deepEqual(broken(specOf(spec), { spec: { born: 2 } }, { spec: { born: 1 } }), [])
})

test('what was wrong before, and has not changed, stays', () => {
  const spec: JsonSchema = {
    type: 'object',
    properties: { a: { ...INT, ...withRules('self > 5') }, b: INT },
    ...withRules('self.b != 3'),
  }
  const wrong = { spec: { a: 1, b: 3 } }
  assert.equal(broken(specOf(spec), wrong).length, 2)
  assert.deepEqual(broken(specOf(spec), wrong, wrong), [
    'forgiven: spec: Invalid value: failed rule: self.b != 3',
    'forgiven: spec.a: Invalid value: 1: failed rule: self > 5',
  ])
  assert.deepEqual(broken(specOf(spec), { spec: { a: 1, b: 3, c: 1 } }, wrong), [
    'spec: Invalid value: failed rule: self.b != 3',
    'forgiven: spec.a: Invalid value: 1: failed rule: self > 5',
  ])
  assert.ok(broken(specOf(spec), { spec: { a: 2, b: 3 } }, wrong).every((error) => !error.startsWith('forgiven')))
})

test('formats, maps and sets are what their schema says of them', () => {
  const spec: JsonSchema = {
    type: 'object',
    properties: {
      at: { ...TEXT, format: 'date-time' },
      day: { ...TEXT, format: 'date' },
      wait: { ...TEXT, format: 'duration' },
      raw: { ...TEXT, format: 'byte' },
      number: { type: 'number' },
      set: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' },
      'a-b': INT,
      namespace: TEXT,
      absent: { ...TEXT, nullable: true },
      any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
    ...withRules(
      "self.at > timestamp('2020-01-01T00:00:00Z') && self.day < self.at",
      "self.wait == duration('90s')",
      "self.raw == b'ab'",
      'self.number == 2.0',
      "self.set == ['b', 'a'] && self.set + ['a', 'c'] == ['a', 'b', 'c']",
      "self.a__dash__b == 1 && self.__namespace__ == 'x'",
      '!has(self.absent)',
    ),
  }
  const object = {
    at: '2021-01-01T00:00:00Z',
    day: '2020-12-31',
    wait: '1m30s',
    raw: 'YWI=',
    number: 2,
    set: ['a', 'b'],
    'a-b': 1,
    namespace: 'x',
    absent: null,
    any: { q: 1 },
  }
  assert.deepEqual(broken(specOf(spec), { spec: object }), [])
})

test('bounds: what costs too much ends the checks of an object', () => {
  const spec: JsonSchema = {
    type: 'array',
    items: INT,
    ...withRules('self.all(x, self.all(y, self.all(z, x * y < z + 10)))', 'false'),
  }
  const [first, ...rest] = broken(specOf(spec), { spec: Array.from({ length: 150 }, () => 1) })
  assert.match(first!, /^spec: Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further/)
  assert.deepEqual(rest, [])
})

test('what is wrong is told by its reason, and of lists and objects without what they hold', () => {
  const reasons = ['Forbidden', 'Required', 'Duplicate', 'Invalid'].map((word) => `FieldValue${word}`)
  const told = (schema: JsonSchema, value: unknown) =>
    broken(specOf({ ...schema, ...withRules(...reasons.map((reason) => ({ rule: 'false', message: 'm', reason }))) }), {
      spec: value,
    })
  const always = ['spec: Forbidden: m', 'spec: Required value: m']
  assert.deepEqual(told(INT, 5), [...always, 'spec: Duplicate value: 5', 'spec: Invalid value: 5: m'])
  assert.deepEqual(told(TEXT, 'x'), [...always, 'spec: Duplicate value: "x"', 'spec: Invalid value: "x": m'])
  for (const [schema, value] of [
    [{ type: 'array', items: INT }, [1]],
    [{ type: 'object' }, { a: 1 }],
  ] as const)
    assert.deepEqual(told(schema, value).slice(0, 2), always)
  const hidden = told({ type: 'array', items: INT }, [1])
  assert.deepEqual(hidden.slice(2), told({ type: 'object' }, {}).slice(2))
  assert.deepEqual(hidden.slice(2), ['spec: Duplicate value', 'spec: Invalid value: m'])
})

test('a list that is known by keys is the same in any order, any other is not', () => {
  const item: JsonSchema = { type: 'object', properties: { k: TEXT, v: INT } }
  const list = (type?: 'map' | 'atomic'): JsonSchema => ({
    ...{ type: 'array', items: item, ...withRules('false') },
    ...(type && { 'x-kubernetes-list-type': type }),
    ...(type === 'map' && { 'x-kubernetes-list-map-keys': ['k'] }),
  })
  const [a, b] = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
  ]
  const forgives = (schema: JsonSchema, next: unknown, old: unknown): boolean =>
    broken(specOf(schema), { spec: next }, { spec: old })[0]!.startsWith('forgiven')
  assert.equal(forgives(list('map'), [a, b], [b, a]), true)
  assert.equal(forgives(list('map'), [a, { ...b, v: 3 }], [b, a]), false)
  assert.equal(forgives(list('map'), [a], [a, b]), false)
  for (const type of [undefined, 'atomic'] as const) {
    assert.equal(forgives(list(type), [a, b], [b, a]), false)
    assert.equal(forgives(list(type), [a, b], [a, b]), true)
  }
  const open: JsonSchema = { type: 'object', additionalProperties: INT, ...withRules('false') }
  assert.equal(forgives(open, { x: 1 }, { x: 1 }), true)
  for (const old of [{ x: 2 }, { y: 1 }, { x: 1, y: 1 }, 5]) assert.equal(forgives(open, { x: 1 }, old), false)
})
