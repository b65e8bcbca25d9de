import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { structuralOf } from '#schema/structural/structural.ts'
import { coerceEmbedded, validateEmbedded } from './embedded.ts'

const EMBEDDED = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
}
const node = structuralOf(
  {
    type: 'object',
    properties: {
      one: EMBEDDED,
      many: { type: 'array', items: EMBEDDED },
      by: { type: 'object', additionalProperties: EMBEDDED },
      plain: { type: 'object', properties: { in: EMBEDDED } },
    },
  },
  { pattern: () => () => true, format: () => undefined },
)
const wrong = (value: object): readonly string[] => validateEmbedded(value, node).map(fieldErrorText)
const coerced = (value: object, isLenient = false) => {
  const { errors, unknown } = coerceEmbedded(value, node, '', isLenient)
  return { errors: errors.map(fieldErrorText), unknown, value: JSON.parse(JSON.stringify(value)) }
}
const good = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }

test('an embedded object has a kind and a version, wherever it stands', () => {
  assert.deepEqual(wrong({ one: good, many: [good], by: { a: good }, plain: { in: good }, other: {} }), [])
  const missing = (path: string) => [`${path}.apiVersion: Required value`, `${path}.kind: Required value`]
  assert.deepEqual(wrong({ one: {} }), missing('one'))
  assert.deepEqual(wrong({ many: [good, {}] }), missing('many[1]'))
  assert.deepEqual(wrong({ by: { a: {} } }), missing('by[a]'))
  assert.deepEqual(wrong({ plain: { in: {} } }), missing('plain.in'))
  assert.deepEqual(wrong({ one: 5, many: 5, by: [{}], plain: null }), [])
})

test('its names are names, and its metadata is metadata', () => {
  const one = (more: object) => wrong({ one: { ...good, ...more } })
  assert.deepEqual(one({ apiVersion: 5, kind: 5 }), [
    'one.apiVersion: Invalid value: 5: must be a string',
    'one.kind: Invalid value: 5: must be a string',
  ])
  assert.deepEqual(one({ apiVersion: '', kind: '' }), [
    'one.apiVersion: Invalid value: "": must not be empty',
    'one.kind: Invalid value: "": must not be empty',
  ])
  assert.deepEqual(one({ apiVersion: 'a/b/c' }), [
    'one.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
  ])
  assert.match(
    one({ kind: 'No_Kind' })[0]!,
    /^one\.kind: Invalid value: "No_Kind": may have mixed case, but should otherwise match: a DNS-1035 label/,
  )
  assert.deepEqual(one({ metadata: {} }), [], 'it may be without a name')
  assert.deepEqual(one({ metadata: 5 }), [])
  assert.deepEqual(one({ metadata: { name: 'a', namespace: 'n' } }), [])
  assert.match(one({ metadata: { name: 'a/b' } })[0]!, /^one\.metadata\.name: Invalid value: "a\/b"/)
  assert.match(one({ metadata: { namespace: 'N' } })[0]!, /^one\.metadata\.namespace: Invalid value: "N"/)
})

test('what is no metadata is refused where it is written, and what metadata does not know is left out', () => {
  assert.deepEqual(coerced({ one: { ...good, metadata: { name: 'a', odd: 1 } }, many: [{ metadata: { what: 1 } }] }), {
    errors: [],
    unknown: ['many[0].metadata.what', 'one.metadata.odd'],
    value: { one: good, many: [{ metadata: {} }] },
  })
  assert.deepEqual(coerced({ one: { kind: 5, apiVersion: 6 } }).errors, [
    'one.apiVersion: Invalid value: 6: must be a string',
  ])
  assert.equal(coerced({ one: { kind: 5 } }).errors.length, 1)
  assert.match(coerced({ one: { metadata: { labels: 5 } } }).errors[0]!, /^one\.metadata: Invalid value: /)
  assert.match(coerced({ one: { metadata: 5 } }).errors[0]!, /^one\.metadata: Invalid value: 5: /)
  assert.deepEqual(coerced({ one: { kind: 'K' } }), { errors: [], unknown: [], value: { one: { kind: 'K' } } })
})

test('what was stored before anybody looked loses what is of a wrong type', () => {
  const stored = { one: { apiVersion: 5, kind: 'K', metadata: { name: 'a', labels: 5 } }, by: { x: { metadata: 5 } } }
  assert.deepEqual(coerced(stored, true), {
    errors: [],
    unknown: [],
    value: { one: { kind: 'K', metadata: { name: 'a' } }, by: { x: { metadata: 5 } } },
  })
})
