import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Service } from '../../testing/messages.ts'
import { compareValues } from '../values/compare.ts'
import { DEDUCED } from './field-type.ts'
import { messageType } from './message-type.ts'
import { narrowedType } from './narrowed-type.ts'

test('what a type is narrowed by is passed over, at any depth, and the type itself stays as it is', () => {
  const type = messageType(Service)
  const narrowed = narrowedType(type, [['status'], ['metadata', 'name'], ['metadata', 'labels'], ['nothing', 'below']])
  const before = { metadata: { name: 'a' }, status: {} }
  const after = {
    metadata: { name: 'b', labels: { a: 'b' }, generation: 2 },
    status: { loadBalancer: { ingress: ['x'] } },
  }
  assert.deepEqual(compareValues(narrowed, before, after, true).added, { 'f:metadata': { 'f:generation': {} } })
  assert.deepEqual(compareValues(narrowed, before, after, true).modified, {})
  assert.deepEqual(compareValues(type, before, after, true).modified, { 'f:metadata': { 'f:name': {} } })
  assert.equal(narrowedType(type, []), type)
})

test('a member that no field declares is passed over as well', () => {
  const { added } = compareValues(narrowedType(DEDUCED, [['status']]), {}, { status: { a: 1 }, spec: 1 }, false)
  assert.deepEqual(added, { 'f:spec': {} })
})
