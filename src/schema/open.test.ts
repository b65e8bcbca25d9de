import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJson, decodeJsonText, encodeJson, formatProblem } from './json.ts'
import { declarations, field, map, string } from './schema.ts'

const { message, open } = declarations('test.v1')
class Meta extends message('Meta', { name: field(1, string), labels: map(2, string) }) {}
const Open = open(
  'test/v1',
  'Open',
  { metadata: field(1, Meta) },
  {
    settle: (object: any) => {
      if (object.spec?.bogus === undefined) return []
      delete object.spec.bogus
      return ['spec.bogus']
    },
    schema: () => ({}),
  },
)
const told = (text: string): readonly string[] => decodeJsonText(Open, text).problems.map(formatProblem)

test('what no table names stands as it was written, and what a table names is read by it', () => {
  const text =
    '{"apiVersion":"test/v1","kind":"Open","metadata":{"name":"a","labels":null},"spec":{"b":[1,null],"a":{}},"x":1}'
  const { object, problems } = decodeJsonText(Open, text)
  assert.deepEqual(
    [object, problems],
    [{ apiVersion: 'test/v1', kind: 'Open', metadata: { name: 'a' }, spec: { b: [1, null], a: {} }, x: 1 }, []],
  )
  assert.equal(
    encodeJson(Open, object),
    '{"kind":"Open","apiVersion":"test/v1","metadata":{"name":"a"},"spec":{"b":[1,null],"a":{}},"x":1}',
  )
  assert.deepEqual(decodeJson(Open, { kind: 'Open', spec: 1 }).object, { kind: 'Open', metadata: {}, spec: 1 })
})

test('what stands twice is told at every depth, before what is unknown', () => {
  assert.deepEqual(
    told('{"metadata":{"foo":1,"name":"a","name":"b"},"spec":{"bogus":1,"l":[{"a":1,"a":2}],"c":1,"c":2}}'),
    [
      'duplicate field "metadata.name"',
      'duplicate field "spec.l[0].a"',
      'duplicate field "spec.c"',
      'unknown field "metadata.foo"',
      'unknown field "spec.bogus"',
    ],
  )
  assert.deepEqual(told('{"spec":{"bogus":1}}'), ['unknown field "spec.bogus"'])
})

test('a value that was parsed already is not changed', () => {
  const value = { metadata: { foo: 1 }, spec: { bogus: 1 } }
  const { object, unknown } = decodeJson(Open, value)
  assert.deepEqual([object, unknown], [{ metadata: {}, spec: {} }, ['metadata.foo', 'spec.bogus']])
  assert.deepEqual(value, { metadata: { foo: 1 }, spec: { bogus: 1 } })
})

test('a wrong type in the table is told from there on', () => {
  assert.throws(() => decodeJsonText(Open, '{"metadata":{"labels":5}}'), {
    message: 'json: cannot unmarshal number into Go struct field Meta.labels of type map[string]string',
  })
  assert.throws(() => decodeJsonText(Open, '[]'), /cannot unmarshal array into Go value/)
})
