import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../json-value.ts'
import { Service } from '../../testing/messages.ts'
import { serviceObject } from '../testing/objects.ts'
import { DEDUCED, type FieldType } from '../types/field-type.ts'
import { messageType } from '../types/message-type.ts'
import { withNamedFields } from '../types/named-fields.ts'
import { fieldsOf } from './fields-of.ts'
import { removeFields } from './remove.ts'

const service = messageType(Service)

test('the fields of a value are its leaves and items, and what it says to be empty', () => {
  assert.deepEqual(
    fieldsOf(service, {
      metadata: { name: 'a', labels: { a: 'b' }, annotations: {}, finalizers: ['x'] },
      spec: { ports: [{ port: 80 }], selector: {}, type: null, externalIPs: [] },
      status: {},
      nosuch: 1,
    }),
    {
      'f:metadata': {
        'f:name': {},
        'f:labels': { 'f:a': {} },
        'f:annotations': {},
        'f:finalizers': { 'v:"x"': {} },
      },
      'f:spec': {
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        'f:selector': {},
        'f:type': {},
        'f:externalIPs': {},
      },
      'f:status': {},
    },
  )
  assert.deepEqual(fieldsOf(service, { metadata: { finalizers: [] } }), {})
})

test('members of a map are fields, also where they hold others', () => {
  assert.deepEqual(fieldsOf(DEDUCED, { a: { b: { c: 1 } }, d: [1] }), {
    'f:a': { '.': {}, 'f:b': { '.': {}, 'f:c': {} } },
    'f:d': {},
  })
})

test('items that stand twice are one field', () => {
  const ports = [
    { port: 80, name: 'a' },
    { port: 80, name: 'b' },
  ]
  assert.deepEqual(fieldsOf(service, { spec: { ports } }), {
    'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': {} } },
  })
})

test('named fields are members beside what lies below them, keys of maps and items are not', () => {
  const set = {
    'f:spec': { 'f:ports': { 'k:{"port":80}': { 'f:port': {} } } },
    'f:metadata': { 'f:labels': { 'f:a': {} } },
  }
  assert.deepEqual(withNamedFields(service, set), {
    'f:spec': { '.': {}, 'f:ports': { '.': {}, 'k:{"port":80}': { 'f:port': {} } } },
    'f:metadata': { '.': {}, 'f:labels': { '.': {}, 'f:a': {} } },
  })
  assert.deepEqual(withNamedFields(DEDUCED, { 'f:a': { 'f:b': {} } }), { 'f:a': { 'f:b': {} } })
})

const remove = (value: JsonValue, set: object, type: FieldType = service): JsonValue =>
  removeFields(type, value, set as never)

test('removing takes members and items, and leaves null where nothing is left', () => {
  const object: JsonObject = {
    metadata: { labels: { a: 'b' }, finalizers: ['x', 'y'] },
    spec: { type: 'A', ports: [{ port: 80, name: 'a' }, { port: 81 }] },
  }
  assert.deepEqual(remove(object, { 'f:metadata': { 'f:labels': { 'f:a': {} }, 'f:finalizers': { 'v:"x"': {} } } }), {
    ...object,
    metadata: { labels: null, finalizers: ['y'] },
  })
  assert.deepEqual(
    remove(object, {
      'f:spec': {
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:name': {} }, 'k:{"port":81,"protocol":"TCP"}': {} },
      },
    }),
    { ...object, spec: { type: 'A', ports: [{ port: 80 }] } },
  )
  assert.deepEqual(remove({ spec: { selector: { a: 'b' } } }, { 'f:spec': { 'f:selector': { 'f:a': {} } } }), {
    spec: { selector: null },
  })
  assert.deepEqual(remove(object, {}), object)
  assert.equal(remove({ a: 1 }, { 'f:a': {} }, DEDUCED), null)
})

/** An empty list that is merged item by item has no field that anybody could own. */
const hasEmptyList = ({ metadata, spec }: any): boolean =>
  metadata?.finalizers?.length === 0 || spec?.ports?.length === 0

test('what a value has is gone when its fields are removed', () => {
  fc.assert(
    fc.property(
      serviceObject.filter((object) => !hasEmptyList(object)),
      (object) => {
        const rest = removeFields(service, object, withNamedFields(service, fieldsOf(service, object)))
        assert.equal(JSON.stringify(rest ?? {}), '{}')
      },
    ),
  )
})
