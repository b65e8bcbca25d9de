import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, jsonEqual } from './json-value.ts'

test('jsonEqual() and canonicalJson() compare by what JSON says: the order of a list, not that of keys, and what is undefined is absent', () => {
  for (const [a, b, equal] of [
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    [null, {}, false],
    [[], {}, false],
    [{}, [], false],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1, 2], [1, 3], false],
    [[1], [1, 2], false],
    [[1, 2], [1], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: 1, b: 2 }, { a: 2, b: 2 }, false],
    [{ a: undefined, b: 1 }, { b: 1 }, true],
    [{ b: 1 }, { a: undefined, b: 1 }, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ toString: Object.prototype.toString }, { a: 1 }, false],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1 }] }, true],
  ] as const) {
    assert.equal(jsonEqual(a, b), equal, JSON.stringify([a, b]))
    assert.equal(canonicalJson(a) === canonicalJson(b), equal, `text of ${JSON.stringify([a, b])}`)
  }
})
