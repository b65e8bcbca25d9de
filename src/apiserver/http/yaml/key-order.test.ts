import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from './key-order.ts'

test('keys are in the order of Kubernetes: signs, then numbers by value, then letters', () => {
  const keys = [
    'b',
    'a10',
    'a2',
    'a',
    'a-b',
    'a02',
    'aB',
    '_',
    '1',
    '10',
    '9',
    'f:data',
    'f:a',
    '.',
    'é',
    'a1.10',
    'a1.9',
  ]
  assert.deepEqual(keys.sort(compareKeys), [
    ...['.', '_', '1', '9', '10', 'a', 'a-b', 'a1.9', 'a1.10', 'a2', 'a02', 'a10', 'aB', 'b', 'f:a', 'f:data', 'é'],
  ])
})

test('any two keys that differ have one order, whichever is asked first', () => {
  const key = fc.string({ unit: fc.constantFrom('0', '1', '2', 'a', 'b', '-', '.'), maxLength: 6 })
  fc.assert(
    fc.property(key, key, (one, other) => {
      assert.equal(Math.sign(compareKeys(one, other)), -Math.sign(compareKeys(other, one)) + 0)
      assert.equal(compareKeys(one, other) === 0, one === other)
    }),
  )
})
