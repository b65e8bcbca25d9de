import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bitmap, bandOffset } from './bitmap.ts'

const first = (): number => 0
/** Four slots, of which 0 and 1 are the lower band. */
const bands = (): Bitmap => new Bitmap(4, 2)

test('a band is a sixteenth of the range, at least 16 and at most the limit; a small range has none', () => {
  const offsets = [0, 16, 17, 272, 100_000].map((size) => bandOffset(size, 256))
  assert.deepEqual(offsets, [0, 0, 16, 17, 256])
})

test('slots are picked in the upper band while it has room, then in the lower one, then not at all', () => {
  const slots = bands()
  const picked = [1, 2, 3, 4].map(() => {
    const slot = slots.pick(first)!
    assert.equal(slots.take(slot), true)
    return slot
  })
  assert.deepEqual(picked, [2, 3, 0, 1])
  assert.equal(slots.free, 0)
  assert.equal(slots.pick(first), undefined)
  slots.release(1)
  assert.equal(slots.pick(first), 1)
  assert.equal(slots.free, 1)
})

test('chance draws among the slots of one band, and goes round from where it fell', () => {
  const slots = bands()
  const draws: number[] = []
  const last = (below: number): number => draws.push(below) && below - 1
  assert.equal(slots.pick(last), 3)
  slots.take(3)
  assert.equal(slots.pick(last), 2)
  assert.deepEqual(draws, [2, 2])
})

test('a slot is taken once, and given back once', () => {
  const slots = bands()
  assert.equal(slots.take(0), true)
  assert.equal(slots.take(0), false)
  assert.equal(slots.has(0), true)
  slots.release(0)
  assert.equal(slots.has(0), false)
  assert.equal(slots.take(0), true)
})

test('what is given back, of whichever band, taken or free, leaves the bands as they were', () => {
  for (const disturb of [
    (slots: Bitmap) => slots.release(0),
    (slots: Bitmap) => slots.take(0) && slots.release(0),
    (slots: Bitmap) => slots.take(1) && slots.release(1),
    (slots: Bitmap) => slots.take(2) && slots.release(2),
    (slots: Bitmap) => slots.release(3),
  ]) {
    const slots = bands()
    disturb(slots)
    slots.take(2)
    assert.equal(slots.pick(first), 3)
    slots.take(3)
    assert.equal(slots.pick(first), 0)
  }
})
