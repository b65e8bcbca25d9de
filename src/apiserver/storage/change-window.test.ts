import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { ChangeWindow, type SeenChange } from './change-window.ts'

const OBJECT = {} as ApiObject
const change = (revision: number): SeenChange => ({
  revision,
  key: 'x',
  object: OBJECT,
  previous: undefined,
  deleted: false,
  bytes: 10,
  at: 0,
})

test('a change keeps its number, however many before it are forgotten', () => {
  const window = new ChangeWindow()
  // Revisions are of all collections: this one has every second.
  for (let number = 0; number < 5000; number++) window.push(change(2 * number))
  for (let forgotten = 1; forgotten <= 4999; forgotten++) {
    assert.equal(window.forget()?.revision, 2 * (forgotten - 1))
    assert.deepEqual([window.begin, window.end, window.bytes], [forgotten, 5000, 10 * (5000 - forgotten)])
    assert.equal(window.at(forgotten - 1), undefined)
    assert.equal(window.at(forgotten)?.revision, 2 * forgotten)
    assert.equal(window.at(4999)?.revision, 9998)
    assert.equal(window.oldest?.revision, 2 * forgotten)
  }
  assert.equal(window.after(9998), 5000)
  assert.equal(window.after(9997), 4999)
  window.push(change(10_000))
  assert.equal(window.at(5000)?.revision, 10_000)
})

test('an empty window has nothing to forget', () => {
  const window = new ChangeWindow()
  assert.equal(window.forget(), undefined)
  assert.deepEqual([window.begin, window.end, window.bytes, window.after(7)], [0, 0, 0, 0])
})
