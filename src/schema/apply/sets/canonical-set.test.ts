import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalSet, readSet } from './canonical-set.ts'
import { EMPTY, setOf } from './field-set.ts'
import { FieldSetError } from './path-element.ts'

const shuffled = {
  'f:spec': { 'f:type': {}, 'f:ports': { 'k:{"port":443}': { 'f:port': {}, '.': {} }, '.': {}, 'k:{"port":80}': {} } },
  'f:metadata': { 'f:labels': { 'f:a': {} } },
}
const sorted =
  '{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:ports":{".":{},"k:{\\"port\\":80}":{},"k:{\\"port\\":443}":{".":{},"f:port":{}}},"f:type":{}}}'

test('a set is written in the order of its elements, `.` first', () => {
  assert.equal(JSON.stringify(canonicalSet(shuffled)), sorted)
  assert.equal(JSON.stringify(readSet(JSON.parse(sorted))), sorted)
})

test('sets of the same fields are one object, and so are their parts', () => {
  const set = canonicalSet(shuffled)
  assert.equal(canonicalSet(structuredClone(shuffled)), set)
  assert.equal(canonicalSet(set), set)
  assert.equal(readSet(JSON.parse(sorted)), set)
  assert.equal(readSet(set), set)
  const other = canonicalSet({ ...shuffled, 'f:data': {} })
  assert.notEqual(other, set)
  assert.equal(other['f:spec'], set['f:spec'])
})

test('nothing is one object, too', () => {
  assert.equal(canonicalSet({}), EMPTY)
  for (const nothing of [undefined, null, {}]) assert.equal(readSet(nothing), EMPTY)
})

test('what others have written is read for what it says', () => {
  assert.deepEqual(readSet({ 'f:a': { '.': {} }, 'x:unknown': {}, 'f:b': null }), { 'f:a': {}, 'f:b': {} })
  assert.deepEqual(readSet({ '.': {}, 'f:a': {} }), { 'f:a': {} })
  assert.deepEqual(readSet({ 'k:{"b":1,"a":2}': {} }), { 'k:{"a":2,"b":1}': {} })
  for (const wrong of [{ a: {} }, { 'f:a': 1 }, { 'f:a': [] }, 'x', []])
    assert.throws(() => readSet(wrong), FieldSetError, JSON.stringify(wrong))
})

test('bounds: a set of thirty thousand items is put in order at once, and not kept', () => {
  const paths = Array.from({ length: 30_000 }, (_, index) => ['f:finalizers', `v:"f${index}"`])
  const began = performance.now()
  const set = canonicalSet(setOf(paths.reverse()))
  assert.equal(Object.keys(set['f:finalizers']!)[0], 'v:"f0"')
  assert.ok(performance.now() - began < 20_000)
})
