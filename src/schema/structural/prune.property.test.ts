import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applySchemaDefaults, pruneNulls } from './defaults.ts'
import type { JsonSchema } from './json-schema.ts'
import { prune } from './prune.ts'
import { compiled } from './testing/tools.ts'

const scalar = fc.oneof(fc.constant(null), fc.boolean(), fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b'))
const name = fc.constantFrom('a', 'b', 'c', '__proto__')
const { value } = fc.letrec<{ value: unknown; schema: JsonSchema }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value')),
  ),
  schema: fc.constant({}),
}))
const withDefault = (schema: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> =>
  fc
    .tuple(schema, fc.option(value, { nil: undefined }), fc.boolean())
    .map(([one, given, nullable]) => ({ ...one, nullable, ...(given !== undefined && { default: given }) }))
const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: withDefault(
    fc.oneof(
      { depthSize: 'small' },
      fc.constant<JsonSchema>({ type: 'string' }),
      fc.record<JsonSchema>({ type: fc.constant('array'), items: tie('schema') }),
      fc.record<JsonSchema>({
        type: fc.constant('object'),
        properties: fc.dictionary(name, tie('schema')),
        'x-kubernetes-preserve-unknown-fields': fc.constantFrom(true, undefined as unknown as boolean),
      }),
      fc.record<JsonSchema>({
        type: fc.constant('object'),
        additionalProperties: fc.oneof(tie('schema'), fc.boolean()),
      }),
    ),
  ),
}))

test('pruning and defaulting what was pruned and defaulted changes nothing, whatever the schema and the value', () => {
  fc.assert(
    fc.property(schema, value, (given, object) => {
      const node = compiled(given)
      const read = (of: unknown): unknown => {
        const copy = JSON.parse(JSON.stringify(of))
        prune(copy, node)
        pruneNulls(copy, node)
        applySchemaDefaults(copy, node)
        return copy
      }
      // A default may hold what is unknown, and is pruned with the schema before it is used.
      const once = read(read(object))
      assert.equal(JSON.stringify(read(once)), JSON.stringify(once))
    }),
    { numRuns: 100 },
  )
})
