import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addAmounts, addQuantities, compareQuantities, largestAmounts, subtractQuantities } from './quantity-sum.ts'

test('amounts are added exactly, and written as the first that is something', () => {
  assert.equal(addQuantities('1500m', '1'), '2500m')
  assert.equal(addQuantities('500m', '500m'), '1')
  assert.equal(addQuantities('0', '64Mi'), '64Mi')
  assert.equal(addQuantities('1Gi', '512Mi'), '1536Mi')
  assert.equal(addQuantities('1G', '1Gi'), '2073741824')
  assert.equal(addQuantities('0.1', '0.2'), '300m')
})

test('amounts are taken away exactly, below nothing too', () => {
  assert.equal(subtractQuantities('1', '250m'), '750m')
  assert.equal(subtractQuantities('1Gi', '1Gi'), '0')
  assert.equal(subtractQuantities('1', '3'), '-2')
})

test('amounts are compared by how much they are, not by how they are written', () => {
  assert.equal(compareQuantities('1000m', '1'), 0)
  assert.equal(compareQuantities('1Ki', '1k'), 1)
  assert.equal(compareQuantities('999m', '1'), -1)
})

test('of two lists each name is added, or the larger is taken', () => {
  const a = { cpu: '1', memory: '1Gi' }
  const b = { cpu: '500m', pods: '2' }
  assert.deepEqual(addAmounts(a, b), { cpu: '1500m', memory: '1Gi', pods: '2' })
  assert.deepEqual(largestAmounts(a, b), { cpu: '1', memory: '1Gi', pods: '2' })
  assert.deepEqual(largestAmounts(b, a), { cpu: '1', memory: '1Gi', pods: '2' })
})
