import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeOf } from './object-size.ts'

test('a text counts as many octets as it takes in memory: two for each character where one of them is beyond Latin-1', () => {
  const short = sizeOf('')
  assert.equal(sizeOf('é'.repeat(1000)) - short, 1000)
  assert.equal(sizeOf(`${'é'.repeat(999)}€`) - short, 2000)
})

test('each value and member of an object counts something, also one that is empty', () => {
  assert.ok(sizeOf({ a: 1, b: [true, null] }) > sizeOf({ a: 1, b: [] }))
  assert.ok(sizeOf({ a: 1, b: [] }) > sizeOf({ a: 1 }))
  assert.ok(sizeOf(Array.from({ length: 1000 }, () => ({}))) > 16_000)
})
