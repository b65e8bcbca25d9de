import assert from 'node:assert/strict'
import { test } from 'node:test'
import { History } from './history.ts'

const MINUTE = 60_000
const limits = { age: 5 * MINUTE, octets: 3000 }

test('what is younger than the age is kept, and what is older is told once, with the latest of it', () => {
  const history = new History(limits)
  for (let minute = 0; minute < 10; minute++) history.note(100 + minute, 1, minute * MINUTE)
  assert.equal(history.takeDue(5 * MINUTE), undefined, 'the first is five minutes old at the most')
  assert.equal(history.takeDue(7.5 * MINUTE), 102)
  assert.equal(history.takeDue(7.5 * MINUTE), undefined)
  assert.equal(history.takeDue(9.5 * MINUTE), 104)
  assert.equal(history.takeDue(60 * MINUTE), 109)
})

test('what came close together goes together, and never before it is old', () => {
  const history = new History(limits)
  history.note(1, 1, 0)
  history.note(2, 1, 9_000)
  history.note(3, 1, 11_000)
  assert.equal(history.takeDue(5 * MINUTE + 8_999), undefined)
  assert.equal(history.takeDue(5 * MINUTE + 10_000), 2)
  assert.equal(history.takeDue(5 * MINUTE + 21_000), 3)
})

test('where more is kept than may be, the oldest goes first, however young, and not more than must', () => {
  const history = new History(limits)
  for (let revision = 1; revision <= 30; revision++) history.note(revision, 100, revision)
  assert.equal(history.takeDue(30), undefined, 'it is just enough')
  history.note(31, 100, 31)
  assert.equal(history.takeDue(31), 1)
  history.note(32, 3000, 32)
  assert.equal(history.takeDue(32), 31)
  history.note(33, 1, 33)
  assert.equal(history.takeDue(33), 32)
})
