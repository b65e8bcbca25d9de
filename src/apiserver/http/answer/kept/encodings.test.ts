import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Encodings } from './encodings.ts'

const LIMIT = 8000

/** Encodings of 700 octets, nine of which are kept, and how many were made. */
const make = () => {
  const kept = new Encodings(LIMIT)
  const counted = { made: 0 }
  const encode = (): Uint8Array => {
    counted.made++
    return new Uint8Array(700)
  }
  const isKept = (object: object, form = 'a'): boolean => {
    const before = counted.made
    kept.ofMany(object, form, encode)
    return counted.made === before
  }
  return { kept, counted, encode, isKept, objects: Array.from({ length: 20 }, () => ({})) }
}

test('an encoding is made once, and again after others have taken its place', () => {
  const { kept, counted, encode, objects } = make()
  kept.of(objects[0]!, 'a', encode)
  kept.of(objects[0]!, 'a', encode)
  assert.equal(counted.made, 1)
  kept.of(objects[0]!, 'b', encode)
  assert.equal(counted.made, 2)
  for (const object of objects.slice(1)) kept.of(object, 'a', encode)
  assert.ok(kept.bytes <= LIMIT && kept.bytes > LIMIT - 1000, `${kept.bytes}`)
  kept.of(objects[19]!, 'a', encode)
  assert.equal(counted.made, 21)
  kept.of(objects[0]!, 'a', encode)
  assert.equal(counted.made, 22)
})

test('what is asked for again outlives what nobody asks for', () => {
  const { kept, encode, isKept, objects } = make()
  for (const form of ['a', 'b', 'a', 'b']) kept.of(objects[0]!, form, encode)
  for (const object of objects.slice(1, 12)) kept.of(object, 'a', encode)
  assert.equal(isKept(objects[0]!), true)
  assert.equal(isKept(objects[0]!, 'b'), true)
  assert.equal(isKept(objects[1]!), false)
  // Not for good: a chance is used up.
  for (const object of objects.slice(1)) kept.of(object, 'c', encode)
  for (const object of objects.slice(1)) kept.of(object, 'd', encode)
  assert.equal(isKept(objects[0]!), false)
})

test('where all that is kept is in use, the oldest goes all the same', () => {
  const kept = new Encodings(100_000)
  const objects = Array.from({ length: 400 }, () => ({}))
  const encode = (): string => 'x'.repeat(50)
  for (const object of objects) kept.of(object, 'a', encode)
  for (const object of objects) kept.of(object, 'a', encode)
  const { bytes } = kept
  kept.of({}, 'a', encode)
  assert.equal(kept.bytes, bytes)
})

test('what is made for one of many is kept where there is room, and takes nobody’s place', () => {
  const { kept, encode, isKept, objects } = make()
  for (const object of objects) kept.ofMany(object, 'a', encode)
  assert.deepEqual(
    objects.map((object) => isKept(object)),
    objects.map((_, index) => index < 8),
  )
})

test('what is too large to keep is made each time, and takes nobody’s place', () => {
  const kept = new Encodings(LIMIT)
  const [small, large] = [{}, {}]
  kept.of(small, 'a', () => 'x'.repeat(10))
  const { bytes } = kept
  assert.equal(kept.of(large, 'a', () => 'x'.repeat(4000)).length, 4000)
  assert.equal(kept.bytes, bytes)
})

test('a text counts as V8 holds it: by the octet, or by two where one of its characters takes two', () => {
  const kept = new Encodings(1_000_000)
  kept.of({}, 'a', () => 'é'.repeat(1000))
  const narrow = kept.bytes
  kept.of({}, 'a', () => `${'é'.repeat(999)}漢`)
  assert.deepEqual([narrow, kept.bytes - narrow], [1200, 2200])
})
