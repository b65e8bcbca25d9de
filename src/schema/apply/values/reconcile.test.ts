import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atomicList, DEDUCED, type FieldType, keyedList, mapOf, UNTYPED } from '../types/field-type.ts'
import { reconcileSet } from './reconcile.ts'

const entry = (type: FieldType) => ({ type, absent: undefined, omitsZero: false })
const struct = (fields: { readonly [name: string]: FieldType }, atomic = false): FieldType => ({
  map: { atomic, fields: new Map(Object.entries(fields).map(([name, type]) => [name, entry(type)])) },
})

test('what was owned in parts and is now one is owned as one', () => {
  const text: FieldType = { scalar: 'string' }
  const item = struct({ name: text, nested: struct({ a: text }, true) })
  const type = struct({
    list: atomicList(text),
    map: mapOf(text, true),
    struct: struct({ a: text }, true),
    items: keyedList(item, ['name'], new Map()),
    any: DEDUCED,
    raw: UNTYPED,
  })
  const set = {
    'f:list': { '.': {}, 'v:"x"': {} },
    'f:map': { 'f:a': {} },
    'f:struct': { 'f:a': {} },
    'f:items': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:nested': { 'f:a': {} } } },
    'f:any': { 'f:a': { 'f:b': {} } },
    'f:raw': { 'f:a': {} },
    'f:gone': { 'f:a': {} },
  }
  assert.deepEqual(reconcileSet(type, set), {
    'f:list': {},
    'f:map': {},
    'f:struct': {},
    'f:items': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:nested': {} } },
    'f:any': { 'f:a': { 'f:b': {} } },
    'f:raw': {},
    'f:gone': { 'f:a': {} },
  })
})

test('a set that fits its type is given back itself', () => {
  const set = { 'f:map': { 'f:a': {}, '.': {} }, 'f:other': {} }
  assert.equal(reconcileSet(struct({ map: mapOf({ scalar: 'string' }, false) }), set), set)
})
