import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { checkSchema } from './schema.ts'

const TEXT = { type: 'string' }
const OBJECT = { type: 'object' }
/** What is wrong with a schema, told from where the definition holds it. */
const whole = (schema: object): readonly string[] =>
  checkSchema(schema as never, false, 's').map((error) => fieldErrorText(error).replace(/^s\.openAPIV3Schema/, ''))
/** The same of one of its properties, told from there. */
const wrong = (spec: object, root: object = {}): readonly string[] =>
  whole({ type: 'object', properties: { spec }, ...root }).map((text) => text.replace(/^\.properties\[spec\]/, ''))
const all = (cases: readonly (readonly [spec: object, ...errors: string[]])[]): void => {
  for (const [spec, ...errors] of cases) assert.deepEqual(wrong(spec), errors, JSON.stringify(spec))
}

test('at every level a schema says its type, and the root is an object', () => {
  all([
    [OBJECT],
    [{}, '.type: Required value: must not be empty for specified object fields'],
    [{ 'x-kubernetes-preserve-unknown-fields': true }],
    [{ 'x-kubernetes-int-or-string': true }],
    [{ type: 'array' }, '.items: Required value: must be specified'],
    [{ type: 'array', items: {} }, '.items.type: Required value: must not be empty for specified array items'],
    [
      { ...OBJECT, additionalProperties: {} },
      '.additionalProperties.type: Required value: must not be empty for specified object fields',
    ],
    [{ ...OBJECT, additionalProperties: true }],
  ])
  assert.deepEqual(whole({}), ['.type: Required value: must not be empty at the root'])
  assert.deepEqual(whole(TEXT), ['.type: Invalid value: "string": must be object at the root'])
  assert.deepEqual(whole({ type: 'object', additionalProperties: TEXT }), [
    '.additionalProperties: Forbidden: must not be used at the root',
  ])
  assert.deepEqual(whole({ type: 'object', nullable: true }), [
    '.nullable: Forbidden: nullable cannot be true at the root',
  ])
})

test('an integer or a string is neither free nor an object', () => {
  const either = { 'x-kubernetes-int-or-string': true }
  const why = 'Invalid value: true: must be false if x-kubernetes-int-or-string is true'
  all([
    [{ ...either, 'x-kubernetes-preserve-unknown-fields': true }, `.x-kubernetes-preserve-unknown-fields: ${why}`],
    [{ ...either, anyOf: [{ type: 'integer' }, { type: 'string' }] }],
    [{ ...either, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { maxLength: 3 }] }],
    [
      { ...either, anyOf: [{ type: 'string' }, { type: 'integer' }] },
      '.anyOf[0].type: Forbidden: must be empty to be structural',
      '.anyOf[1].type: Forbidden: must be empty to be structural',
    ],
    [
      { ...either, allOf: [{ maxLength: 3 }, { anyOf: [{ type: 'integer' }, { type: 'string' }] }] },
      '.allOf[1].anyOf[0].type: Forbidden: must be empty to be structural',
      '.allOf[1].anyOf[1].type: Forbidden: must be empty to be structural',
    ],
  ])
})

test('an object within the object is one, and says what it has', () => {
  const embedded = { 'x-kubernetes-embedded-resource': true }
  const free = { 'x-kubernetes-preserve-unknown-fields': true }
  const must = 'must be object if x-kubernetes-embedded-resource is true'
  all([
    [{ ...OBJECT, ...embedded, ...free }],
    [{ ...OBJECT, ...embedded, properties: { spec: OBJECT } }],
    [
      { ...OBJECT, ...embedded },
      '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
    [{ ...embedded, ...free }, `.type: Required value: ${must}`],
    [{ ...TEXT, ...embedded, ...free }, `.type: Invalid value: "string": ${must}`],
    [
      { ...OBJECT, ...embedded, ...free, additionalProperties: TEXT },
      '.additionalProperties: Forbidden: must not be used if x-kubernetes-embedded-resource is set',
    ],
    [
      { ...OBJECT, ...embedded, properties: { kind: { type: 'integer' }, apiVersion: OBJECT, metadata: TEXT } },
      '.properties[apiVersion].type: Invalid value: "object": must be string',
      '.properties[kind].type: Invalid value: "integer": must be string',
      '.properties[metadata].type: Invalid value: "string": must be object',
    ],
    [
      { ...OBJECT, ...embedded, properties: { metadata: { ...OBJECT, ...embedded, ...free } } },
      '.properties[metadata].x-kubernetes-embedded-resource: Forbidden: must not be used inside of resource meta',
    ],
  ])
})

test('of kind, apiVersion and metadata the root says what names are, and nothing else', () => {
  const root = (properties: object) => whole({ type: 'object', properties })
  assert.deepEqual(root({ kind: TEXT, apiVersion: TEXT, metadata: OBJECT }), [])
  const names = { name: { ...TEXT, maxLength: 3 }, generateName: TEXT }
  assert.deepEqual(root({ metadata: { ...OBJECT, properties: names } }), [])
  assert.deepEqual(root({ kind: OBJECT, apiVersion: { type: 'integer' } }), [
    '.properties[apiVersion].type: Invalid value: "integer": must be string',
    '.properties[kind].type: Invalid value: "object": must be string',
  ])
  const only =
    '.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified'
  for (const more of [{ properties: { labels: OBJECT } }, { description: 'x' }, { required: ['name'] }])
    assert.deepEqual(root({ metadata: { ...OBJECT, ...more } }), [only])
  assert.deepEqual(root({ metadata: { type: 'string' } }), [
    '.properties[metadata].type: Invalid value: "string": must be object',
  ])
  for (const name of ['kind', 'apiVersion'])
    assert.deepEqual(root({ [name]: { ...TEXT, default: 'x' } }), [
      `.properties[${name}].default: Forbidden: must not be set in top-level ${name}`,
    ])
})

test('what only checks values declares nothing', () => {
  const structural = (name: string, how = 'undefined') =>
    `Forbidden: must be ${how} to be structural`.replace('%', name)
  const cases: readonly (readonly [name: string, value: unknown, how: string])[] = [
    ['type', 'string', 'empty'],
    ['additionalProperties', true, 'undefined'],
    ['default', 'x', 'undefined'],
    ['title', 'x', 'empty'],
    ['description', 'x', 'empty'],
    ['nullable', true, 'false'],
    ['x-kubernetes-preserve-unknown-fields', true, 'false'],
    ['x-kubernetes-embedded-resource', true, 'false'],
    ['x-kubernetes-int-or-string', true, 'false'],
    ['x-kubernetes-list-type', 'atomic', 'undefined'],
    ['x-kubernetes-map-type', 'atomic', 'undefined'],
    ['x-kubernetes-validations', [{ rule: 'true' }], 'empty'],
  ]
  for (const [name, value, how] of cases)
    for (const [schema, at] of [
      [{ not: { [name]: value } }, 'not'],
      [{ allOf: [{}, { [name]: value }] }, 'allOf[1]'],
      [{ anyOf: [{ [name]: value }] }, 'anyOf[0]'],
      [{ oneOf: [{ not: { [name]: value } }] }, 'oneOf[0].not'],
    ] as const)
      assert.ok(wrong({ ...TEXT, ...schema }).includes(`.${at}.${name}: ${structural(name, how)}`), `${name} ${at}`)
  all([
    [{ ...TEXT, allOf: [{ maxLength: 3, pattern: 'a' }], not: { enum: ['x'] }, nullable: true, title: 'x' }],
    [
      { ...OBJECT, properties: { a: TEXT }, allOf: [{ properties: { a: { type: 'string' } } }] },
      '.allOf[0].properties[a].type: Forbidden: must be empty to be structural',
    ],
    [
      { type: 'array', items: TEXT, not: { items: { type: 'string' } } },
      '.not.items.type: Forbidden: must be empty to be structural',
    ],
    [
      { ...OBJECT, properties: { metadata: OBJECT }, allOf: [{ properties: { metadata: {} } }] },
      '.allOf[0].properties[metadata]: Forbidden: must not be specified in a nested context',
    ],
  ])
})

test('what is checked at the root is declared below it', () => {
  const because = (field: string, where: string) =>
    `${field}: Required value: because it is defined in s.openAPIV3Schema${where}`
  const list = { type: 'array', items: OBJECT }
  const cases: readonly (readonly [more: object, ...errors: string[]])[] = [
    [{ anyOf: [{ properties: { a: { maxLength: 3 } } }], properties: { a: TEXT } }],
    [{ anyOf: [{ properties: { a: {} } }] }, because('.properties[a]', '.anyOf[0].properties[a]')],
    [
      { properties: { l: list }, not: { properties: { l: { items: { properties: { b: {} } } } } } },
      because('.properties[l].items.properties[b]', '.not.properties[l].items.properties[b]'),
    ],
    [{ allOf: [{}, { items: {} }] }, because('.items', '.allOf[1].items')],
    [
      { oneOf: [{ allOf: [{ properties: { c: {} } }] }] },
      because('.properties[c]', '.oneOf[0].allOf[0].properties[c]'),
    ],
  ]
  for (const [more, ...errors] of cases)
    assert.deepEqual(whole({ type: 'object', ...more }), errors, JSON.stringify(more))
})

test('of OpenAPI some words are not to be had', () => {
  const not = (name: string) => `.${name}: Forbidden: ${name} is not supported`
  all([
    [{ ...TEXT, id: 'x' }, not('id')],
    [{ ...OBJECT, definitions: { a: TEXT } }, not('definitions')],
    [{ ...OBJECT, dependencies: { a: ['b'] } }, not('dependencies')],
    [{ ...OBJECT, patternProperties: { a: TEXT } }, not('patternProperties')],
    [{ type: 'array', items: TEXT, additionalItems: true }, not('additionalItems')],
    [{ ...OBJECT, $ref: '#/x' }, not('$ref')],
    [{ ...OBJECT, definitions: {}, patternProperties: {} }],
    [
      { type: 'array', items: TEXT, uniqueItems: true },
      '.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
    [{ type: 'array', items: TEXT, uniqueItems: false }],
    [
      { ...OBJECT, properties: { a: TEXT }, additionalProperties: TEXT },
      '.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
    ],
    [
      { ...OBJECT, properties: { a: TEXT }, additionalProperties: false },
      '.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
    ],
    [{ ...OBJECT, properties: { a: TEXT }, additionalProperties: true }],
    [
      { ...OBJECT, 'x-kubernetes-preserve-unknown-fields': false },
      '.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined',
    ],
    [
      { type: 'text' },
      '.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  ])
  const tuple = wrong({ type: 'array', items: [TEXT] })
  assert.ok(tuple.includes('.items: Forbidden: items must be a schema object and not an array'))
  const none = wrong({ type: 'null' })
  assert.ok(none.includes('.type: Forbidden: type cannot be set to null, use nullable as an alternative'))
  assert.match(
    wrong({ ...TEXT, pattern: '(' })[0]!,
    /^\.pattern: Invalid value: "\(": must be a valid regular expression, but isn't: /,
  )
  assert.match(
    wrong({ ...TEXT, not: { pattern: '(' } })[0]!,
    /^\.not\.pattern: Invalid value: "\(": must be a valid regular/,
  )
})

test('how lists and objects are merged goes with what they are', () => {
  const list = (more: object, items: object = TEXT) => ({ type: 'array', items, ...more })
  const item = { ...OBJECT, required: ['k'], properties: { k: TEXT, v: TEXT } }
  const [type, keys] = ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys']
  const keyed = (more: object = {}, items: object = item) => list({ [type]: 'map', [keys]: ['k'], ...more }, items)
  const map = 'x-kubernetes-map-type'
  const set = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  all([
    ...['atomic', 'set'].map((one) => [list({ [type]: one })] as const),
    [keyed()],
    [list({ [type]: 'odd' }), `.${type}: Unsupported value: "odd": supported values: "atomic", "set", "map"`],
    [
      { ...TEXT, [type]: 'atomic' },
      '.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified',
    ],
    [{ ...OBJECT, [map]: 'granular' }],
    [{ ...OBJECT, [map]: 'odd' }, `.${map}: Unsupported value: "odd": supported values: "atomic", "granular"`],
    [
      { ...TEXT, [map]: 'atomic' },
      '.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified',
    ],
    [list({ [type]: 'set' }, OBJECT), `.items.${map}: Invalid value: null: ${set}`],
    [list({ [type]: 'set' }, { ...OBJECT, [map]: 'granular' }), `.items.${map}: Invalid value: null: ${set}`],
    [list({ [type]: 'set' }, { ...OBJECT, [map]: 'atomic' })],
    [list({ [type]: 'set' }, list({}))],
    [list({ [type]: 'set' }, list({ [type]: 'atomic' }))],
    [list({ [type]: 'set' }, list({ [type]: 'set' })), `.items.${type}: Invalid value: "set": ${set}`],
    [list({ [keys]: ['k'] }), `.${type}: Required value: must be map if ${keys} is non-empty`],
    [list({ [type]: 'set', [keys]: ['k'] }), `.${type}: Invalid value: "set": must be map if ${keys} is non-empty`],
    [keyed({ [keys]: [] }), `.${keys}: Required value: must not be empty if ${type} is map`],
    [keyed({}, TEXT), `.items.type: Invalid value: "string": must be object if parent array's ${type} is map`],
    [
      keyed({ [keys]: ['k', 'k', 'z'] }),
      `.${keys}: Invalid value: ["k","k","z"]: must not contain duplicate entries`,
      `.${keys}: Invalid value: ["k","k","z"]: entries must all be names of item properties`,
    ],
    [
      keyed({}, { ...item, properties: { k: OBJECT } }),
      `.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's ${type} is map`,
    ],
    [keyed({}, { ...item, nullable: true }), `.items.nullable: Forbidden: cannot be nullable when ${type} is map`],
    [
      list({ [type]: 'set' }, { ...TEXT, nullable: true }),
      `.items.nullable: Forbidden: cannot be nullable when ${type} is set`,
    ],
    [list({ [type]: 'atomic' }, { ...TEXT, nullable: true })],
    [
      keyed({}, { ...item, required: [] }),
      `.items.properties[k].default: Required value: this property is in ${keys}, so it must have a default or be a required property`,
    ],
    [keyed({}, { ...item, required: [], properties: { k: { ...TEXT, default: 'x' } } })],
    [
      keyed({}, { ...item, properties: { k: { ...TEXT, nullable: true } } }),
      `.items.properties[k].nullable: Forbidden: this property is in ${keys}, so it cannot be nullable`,
    ],
  ])
})

test('a default is what its schema knows and allows', () => {
  all([
    [{ ...OBJECT, properties: { a: { ...TEXT, default: 'x' } } }],
    [{ ...TEXT, default: null, nullable: true }],
    [{ ...TEXT, default: 5 }, '.default: Invalid value: "integer":  in body must be of type string: "integer"'],
    [{ ...TEXT, maxLength: 1, default: 'xy' }, '.default: Too long: may not be more than 1 byte'],
    [
      { ...OBJECT, properties: { a: TEXT }, default: { a: 'x', b: 'y' } },
      '.default: Invalid value: {"a":"x","b":"y"}: must not have unknown fields',
    ],
    [{ ...OBJECT, 'x-kubernetes-preserve-unknown-fields': true, default: { b: 'y' } }],
    [
      { type: 'array', items: { ...OBJECT, properties: { a: { type: 'integer', maximum: 3, default: 4 } } } },
      '.items.properties[a].default: Invalid value: 4:  in body should be less than or equal to 3',
    ],
  ])
})

test('the words of a rule are there, in one line, and name a field that is', () => {
  const rule = (more: object) => ({
    ...OBJECT,
    properties: { a: TEXT },
    'x-kubernetes-validations': [{ rule: 'true', ...more }],
  })
  const at = '.x-kubernetes-validations[0]'
  all([
    [rule({})],
    [rule({ message: 'm', fieldPath: '.a', reason: 'FieldValueInvalid' })],
    [rule({ rule: ' ' }), `${at}.rule: Required value: rule is not specified`],
    [rule({ message: ' ' }), `${at}.message: Invalid value: " ": must be non-empty if specified`],
    [rule({ message: 'a\nb' }), `${at}.message: Invalid value: "a\\nb": must not contain line breaks`],
    [rule({ message: 'a\r' })],
    [
      rule({ rule: 'true\n && true' }),
      `${at}.message: Required value: message must be specified if rule contains line breaks`,
    ],
    [rule({ rule: 'true\n && true', message: 'm' })],
    [
      rule({ messageExpression: ' ' }),
      `${at}.messageExpression: Required value: messageExpression must be non-empty if specified`,
    ],
    [
      rule({ reason: 'Odd' }),
      `${at}.reason: Unsupported value: "Odd": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
    ],
    [rule({ fieldPath: '.z' }), `${at}.fieldPath: Invalid value: ".z": must be a valid path`],
    [
      rule({ fieldPath: ' ' }),
      `${at}.fieldPath: Invalid value: " ": must be non-empty if specified`,
      `${at}.fieldPath: Invalid value: " ": must be a valid path`,
    ],
    [
      rule({ fieldPath: '.a\n' }),
      `${at}.fieldPath: Invalid value: ".a\\n": must not contain line breaks`,
      `${at}.fieldPath: Invalid value: ".a\\n": must be a valid path`,
    ],
  ])
})
