import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesMap, selects } from './label-selector.ts'

test('selects() takes nothing without a selector, everything with an empty one', () => {
  assert.equal(selects(undefined, { app: 'web' }), false)
  assert.equal(selects({}, { app: 'web' }), true)
  assert.equal(selects({}, undefined), true)
})

test('selects() holds pairs and expressions together', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'NotIn', values: ['test'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  }
  assert.equal(selects(selector, { app: 'web' }), true)
  assert.equal(selects(selector, { app: 'web', tier: 'test' }), false)
  assert.equal(selects(selector, { app: 'web', old: '' }), false)
  assert.equal(selects(selector, { app: 'db' }), false)
})

test('selects() takes nothing by a malformed selector', () => {
  assert.equal(selects({ matchExpressions: [{ key: 'a', operator: 'Sometimes' }] }, { a: 'b' }), false)
  assert.equal(selects({ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] }, { a: 'b' }), false)
})

test('matchesMap() takes nothing by an empty map, and what has all pairs of another', () => {
  assert.equal(matchesMap({ app: 'web', tier: 'front' }, { app: 'web' }), false)
  assert.equal(matchesMap({ app: 'web' }, { app: 'db' }), false)
  assert.equal(matchesMap(undefined, { app: 'web' }), false)
  assert.equal(matchesMap({}, { app: 'web' }), false)
  assert.equal(matchesMap({ app: 'web' }, { app: 'web', tier: 'front' }), true)
  assert.equal(matchesMap({ app: 'web' }, undefined), false)
})
