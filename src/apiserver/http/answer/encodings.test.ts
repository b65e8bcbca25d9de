import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Encodings } from './encodings.ts'

test('an encoding is made once, and again after others have taken its place', () => {
  const kept = new Encodings(8000)
  let made = 0
  const encode = (): Uint8Array => {
    made++
    return new Uint8Array(700)
  }
  const objects = Array.from({ length: 20 }, () => ({}))
  kept.of(objects[0]!, 'a', encode)
  kept.of(objects[0]!, 'a', encode)
  assert.equal(made, 1)
  kept.of(objects[0]!, 'b', encode)
  assert.equal(made, 2)
  for (const object of objects.slice(1)) kept.of(object, 'a', encode)
  assert.ok(kept.bytes <= 8000, `${kept.bytes}`)
  kept.of(objects[19]!, 'a', encode)
  assert.equal(made, 21)
  kept.of(objects[0]!, 'a', encode)
  assert.equal(made, 22)
})

test('what is too large to keep is made each time, and takes nobody’s place', () => {
  const kept = new Encodings(8000)
  const [small, large] = [{}, {}]
  kept.of(small, 'a', () => 'x'.repeat(10))
  const { bytes } = kept
  assert.equal(kept.of(large, 'a', () => 'x'.repeat(4000)).length, 4000)
  assert.equal(kept.bytes, bytes)
})
