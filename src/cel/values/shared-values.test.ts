import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatted } from '../library/extended/format-text.ts'
import { CelCostError } from './cel-error.ts'
import { isEqual } from './compare.ts'
import { toJson } from './to-json.ts'
import { ListValue, Optional, type Value } from './value.ts'

/** A list that holds another twice, that one a third, and so on: as an expression of some hundred letters makes it. */
const deep = (innermost: Value, levels = 60): Value => {
  let value: Value = innermost
  for (let level = 0; level < levels; level++) value = new ListValue([value, new Optional(value)])
  return value
}
const lists = (levels: number): Value => {
  let value = new ListValue([])
  for (let level = 0; level < levels; level++) value = new ListValue([value, value])
  return value
}

test('what a value holds many times is compared once', () => {
  assert.equal(isEqual(deep(1n), deep(1n)), true)
  assert.equal(isEqual(deep(1n), deep(2n)), false)
  assert.equal(isEqual(deep(1n), deep(1n, 59)), false)
})

test('bounds: a value whose parts are too many, each time that it holds them, is neither written nor shown', () => {
  assert.throws(() => toJson(lists(60)), CelCostError)
  assert.throws(() => formatted('%s', [lists(60)]), CelCostError)
  assert.deepEqual(toJson(lists(2)), [
    [[], []],
    [[], []],
  ])
  assert.equal(formatted('%s', [lists(2)]), '[[[], []], [[], []]]')
})
