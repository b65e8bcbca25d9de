import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsSet, printedRule, printedSchema, printedVersions } from './printed.ts'

/** What Go prints of a schema that sets these, without what is unset. */
const printed = (schema: object): object =>
  Object.fromEntries(
    Object.entries(printedSchema(schema as never) as object).filter(
      ([, value]) => value !== null && value !== '' && value !== false,
    ),
  )

test('every field of a schema has its name in Go, and stands for itself', () => {
  const names: readonly (readonly [json: string, go: string])[] = [
    ['id', 'ID'],
    ['$schema', 'Schema'],
    ['$ref', 'Ref'],
    ...'description type nullable format title default maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems multipleOf enum maxProperties minProperties required'
      .split(' ')
      .map((name) => [name, `${name[0]!.toUpperCase()}${name.slice(1)}`] as const),
    ['example', 'Example'],
    ['x-kubernetes-preserve-unknown-fields', 'XPreserveUnknownFields'],
    ['x-kubernetes-embedded-resource', 'XEmbeddedResource'],
    ['x-kubernetes-int-or-string', 'XIntOrString'],
    ['x-kubernetes-list-map-keys', 'XListMapKeys'],
    ['x-kubernetes-list-type', 'XListType'],
    ['x-kubernetes-map-type', 'XMapType'],
  ]
  for (const [json, go] of names) {
    assert.deepEqual(printed({ [json]: 7 }), { [go]: 7 })
    assert.deepEqual(fieldsSet({ [json]: 7 } as never), [go])
  }
  const schema = { type: 'a', nullable: false, pattern: '', title: 't' }
  assert.deepEqual(fieldsSet(schema as never), ['Type', 'Title'])
  assert.equal(Object.keys(printedSchema({}) as object).length, 44)
  assert.deepEqual(printed({}), {})
})

test('what holds schemas is printed as Go holds it', () => {
  const text = { type: 'string' }
  const shown = printedSchema(text)
  for (const [json, go] of [
    ['properties', 'Properties'],
    ['patternProperties', 'PatternProperties'],
    ['definitions', 'Definitions'],
  ] as const)
    assert.deepEqual(printed({ [json]: { a: text } }), { [go]: { a: shown } })
  for (const [json, go] of [
    ['allOf', 'AllOf'],
    ['oneOf', 'OneOf'],
    ['anyOf', 'AnyOf'],
  ] as const)
    assert.deepEqual(printed({ [json]: [text] }), { [go]: [shown] })
  assert.deepEqual(printed({ not: text }), { Not: shown })
  assert.deepEqual(printed({ items: text }), { Items: { Schema: shown, JSONSchemas: null } })
  assert.deepEqual(printed({ items: [text] }), { Items: { Schema: null, JSONSchemas: [shown] } })
  for (const name of ['Properties', 'Items']) {
    const json = `additional${name}`
    assert.deepEqual(printed({ [json]: text }), { [`Additional${name}`]: { Allows: true, Schema: shown } })
    for (const Allows of [true, false])
      assert.deepEqual(printed({ [json]: Allows }), { [`Additional${name}`]: { Allows, Schema: null } })
  }
  assert.deepEqual(printed({ externalDocs: { url: 'u' } }), { ExternalDocs: { Description: '', URL: 'u' } })
  assert.deepEqual(printed({ externalDocs: { description: 'd' } }), { ExternalDocs: { Description: 'd', URL: '' } })
  assert.deepEqual(printed({ 'x-kubernetes-validations': [{ rule: 'r' }] }), {
    XValidations: [printedRule({ rule: 'r' })],
  })
})

test('a rule is printed with all its fields', () => {
  const none = { Rule: 'r', Message: '', MessageExpression: '', Reason: null, FieldPath: '', OptionalOldSelf: null }
  assert.deepEqual(printedRule({ rule: 'r' }), none)
  const rule = { rule: 'r', message: 'm', messageExpression: 'e', reason: 'x', fieldPath: '.f', optionalOldSelf: true }
  assert.deepEqual(printedRule(rule), {
    ...{ Rule: 'r', Message: 'm', MessageExpression: 'e', Reason: 'x', FieldPath: '.f', OptionalOldSelf: true },
  })
})

test('versions are printed with all that they have, and null for what they have not', () => {
  const plain = {
    name: 'v1',
    served: true,
    storage: false,
    deprecated: false,
    hasSchema: false,
    columns: [],
    selectableFields: [],
  }
  const none = {
    ...{ Name: 'v1', Served: true, Storage: false, Deprecated: false, DeprecationWarning: null, Schema: null },
    ...{ Subresources: null, AdditionalPrinterColumns: null, SelectableFields: null },
  }
  const print = (more: object) => printedVersions([{ ...plain, ...more } as never])
  assert.deepEqual(print({}), [none])
  assert.deepEqual(print({ hasSchema: true, deprecationWarning: 'w' }), [
    { ...none, DeprecationWarning: 'w', Schema: { OpenAPIV3Schema: null } },
  ])
  assert.deepEqual(print({ hasSchema: true, schema: { type: 'object' } }), [
    { ...none, Schema: { OpenAPIV3Schema: printedSchema({ type: 'object' }) } },
  ])
  assert.deepEqual(print({ subresources: { status: {} } }), [{ ...none, Subresources: { Status: {}, Scale: null } }])
  const scale = { specReplicasPath: '.a', statusReplicasPath: '.b' }
  const Scale = { SpecReplicasPath: '.a', StatusReplicasPath: '.b', LabelSelectorPath: null }
  assert.deepEqual(print({ subresources: { scale } }), [{ ...none, Subresources: { Status: null, Scale } }])
  assert.deepEqual(print({ subresources: { scale: { ...scale, labelSelectorPath: '.c' } } }), [
    { ...none, Subresources: { Status: null, Scale: { ...Scale, LabelSelectorPath: '.c' } } },
  ])
  assert.deepEqual(
    print({ columns: [{ name: 'C', type: 't', jsonPath: '.p' }], selectableFields: [{ jsonPath: '.s' }] }),
    [
      {
        ...none,
        AdditionalPrinterColumns: [{ Name: 'C', Type: 't', Format: '', Description: '', Priority: 0, JSONPath: '.p' }],
        SelectableFields: [{ JSONPath: '.s' }],
      },
    ],
  )
})
