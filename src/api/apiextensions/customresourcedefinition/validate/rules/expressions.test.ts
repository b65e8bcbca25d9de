import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'
import { RuleCosts } from './costs.ts'
import { checkRules } from './expressions.ts'

const INT: JsonSchema = { type: 'integer' }
const specOf = (spec: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec } })
const ruled = (schema: JsonSchema, ...rules: readonly (string | ValidationRule)[]): JsonSchema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
})
const wrong = (spec: JsonSchema): readonly string[] => checkRules(specOf(spec), 'schema').map(fieldErrorText)
const AT = 'schema.properties[spec].x-kubernetes-validations'

test('a rule that cannot be right is refused when it is written', () => {
  const spec: JsonSchema = { type: 'object', properties: { a: INT } }
  assert.deepEqual(wrong(ruled(spec, 'self.a > 0')), [])
  const [error, ...rest] = wrong(ruled(spec, 'self.z > 0'))
  const shown =
    '{"Rule":"self.z > 0","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}'
  const why = "compilation failed: ERROR: <input>:1:5: undefined field 'z'\n | self.z > 0\n | ....^"
  assert.equal(error, `${AT}[0].rule: Invalid value: ${shown}: ${why}`)
  assert.deepEqual(rest, [])
  const endings = (rule: ValidationRule | string) => wrong(ruled(spec, rule)).map((text) => text.split(': ').at(-1))
  assert.deepEqual(endings('self.a'), ['cel expression must evaluate to a bool'])
  assert.deepEqual(endings({ rule: 'true', messageExpression: '1' }), ['messageExpression must evaluate to a string'])
  assert.deepEqual(endings({ rule: 'true', optionalOldSelf: true }), ['may not be set if oldSelf is not used in rule'])
  assert.match(wrong(ruled(spec, 'self ='))[0]!, /compilation failed: ERROR: <input>:1:6: Syntax error/)
})

test('a rule asks for what was where that can be known alone', () => {
  const item = ruled(INT, 'self > oldSelf')
  const [error] = wrong({ type: 'array', items: item, maxItems: 10 })
  const why = 'oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[spec]'
  assert.equal(
    error,
    `schema.properties[spec].items.x-kubernetes-validations[0].rule: Invalid value: "self > oldSelf": ${why}`,
  )
  const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }
  const object: JsonSchema = { type: 'object', properties: { a: INT } }
  assert.deepEqual(wrong({ type: 'array', items: ruled(object, 'self.a > oldSelf.a'), maxItems: 10, ...keyed }), [])
})

test('a rule of what nothing is known of cannot be compiled', () => {
  assert.deepEqual(wrong(ruled({ 'x-kubernetes-preserve-unknown-fields': true }, 'true')), [
    `${AT}: Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations`,
  ])
})

test('what may cost too much is refused, and the factor told', () => {
  const list: JsonSchema = { type: 'array', items: { type: 'array', items: INT } }
  const rule = 'self.all(x, x.all(y, y > 0))'
  const hint =
    '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'
  assert.deepEqual(wrong(ruled(list, rule)), [
    `${AT}[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${hint}`,
    `${AT}[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
    `schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
  ])
  const small = { ...list, maxItems: 100, items: { ...(list.items as JsonSchema), maxItems: 100 } }
  assert.deepEqual(wrong(ruled(small, rule)), [])
})

test('of all rules together the four dearest are told of, and those that cost a hundredth of all at least', () => {
  const told = (...costs: readonly number[]) => {
    const all = new RuleCosts()
    const alone = costs.flatMap((cost, index) => all.count(`p${index}`, cost, 'cost'))
    return [alone.map(({ field }) => field), all.errors('p').map(({ field }) => field)]
  }
  const part = 10_000_000
  assert.deepEqual(told(part, part + 1, part), [['p1'], []])
  const ten = Array.from({ length: 10 }, () => part)
  assert.deepEqual(told(...ten), [[], []])
  assert.deepEqual(told(...ten, 1), [[], ['p0', 'p1', 'p2', 'p3', 'p']])
  const hundred = Array.from({ length: 101 }, () => 999_999)
  assert.deepEqual(told(...hundred), [[], ['p']])
  assert.deepEqual(told(...hundred, 1_000_000), [[], ['p101', 'p']])
})

test('a rule below lists and maps is asked as often as there can be items', () => {
  const text: JsonSchema = { type: 'string', maxLength: 1000 }
  const nested = (inner: JsonSchema, maxItems: number): JsonSchema => ({ type: 'array', items: inner, maxItems })
  // Each costs about a thousand.
  const rule = ruled(text, 'self.contains("abcdefghijklmnopqrstuvwxyz") || self.contains("abcdefghijklmnopqrstuvwxyz")')
  const factors = (schema: JsonSchema) =>
    wrong(schema).flatMap((error) => /by factor of ([^ ]+|more than 100x) /.exec(error)?.[1] ?? [])
  assert.deepEqual(factors(nested(nested(rule, 10), 10)), [])
  assert.equal(factors(nested(nested(rule, 100), 100)).length, 1)
  const more = Number.parseFloat(factors(nested(nested(rule, 200), 100))[0]!)
  const less = Number.parseFloat(factors(nested(nested(rule, 100), 100))[0]!)
  assert.ok(Math.abs(more / less - 2) < 0.1, `${more} ${less}`)
  assert.deepEqual(factors(nested(nested(rule, 200), 100)), factors(nested(nested(rule, 100), 200)))
  for (const factor of factors(nested(nested(rule, 200), 100))) assert.match(factor, /^\d+\.(\d|\d{6})x$/)
})
