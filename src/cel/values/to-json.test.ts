import assert from 'node:assert/strict'
import { test } from 'node:test'
import { celEnvironment, toJson } from '../cel.ts'
import type { CelError } from './cel-error.ts'

const environment = celEnvironment({})
const json = (source: string): unknown => {
  const { value, error } = environment.compile(source).evaluate({})
  if (error !== undefined) throw error
  return toJson(value!)
}

test('values are written as JSON has them', () => {
  const cases: readonly (readonly [source: string, json: unknown])[] = [
    ['null', null],
    ['"a"', 'a'],
    ['true', true],
    ['1.5', 1.5],
    ['-7', -7],
    ['7u', 7],
    ['b"abc"', 'YWJj'],
    ['duration("90s")', '90s'],
    ['timestamp("2020-01-01T00:00:00Z")', '2020-01-01T00:00:00Z'],
    ['[dyn(1), "a", [null]]', [1, 'a', [null]]],
    ['{"a": dyn({"b": 1u}), "c": []}', { a: { b: 1 }, c: [] }],
    ['optional.none()', null],
    ['optional.of([1])', [1]],
  ]
  for (const [source, expected] of cases) assert.deepEqual(json(source), expected, source)
})

test('what JSON has no word for is an error', () => {
  for (const source of ['type(1)', 'ip("::1")', '[url("/")]'])
    assert.throws(
      () => json(source),
      ({ message }: CelError) => message === 'a value of this type cannot be written as JSON',
    )
})

test('names in JSON are texts, and nothing becomes one', () => {
  const words = {
    '{1: "a"}': "unsupported type conversion from 'int' to string",
    '{"a": {1u: "a"}}': "unsupported type conversion from 'uint' to string",
    '[{true: "a"}]': "type conversion error from bool to 'string'",
  }
  for (const [source, message] of Object.entries(words)) assert.throws(() => json(source), { message }, source)
})
