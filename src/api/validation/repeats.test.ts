import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeats } from './repeats.ts'

test('a place of a list repeats where its value stands before it; the first of each does not', () => {
  assert.deepEqual([...repeats([])], [])
  assert.deepEqual([...repeats(['a', 'b', 'c'])], [])
  assert.deepEqual([...repeats(['a', 'b', 'a', 'c', 'b', 'a'])], [2, 4, 5])
  assert.deepEqual([...repeats([1, '1', 1])], [2])
})

test('what tells values apart may be a part of them', () => {
  const ports = [
    { name: 'web', port: 80 },
    { name: 'web', port: 81 },
    { name: 'dns', port: 80 },
  ]
  assert.deepEqual([...repeats(ports, ({ name }) => name)], [1])
  assert.deepEqual([...repeats(ports, ({ port }) => port)], [2])
})
