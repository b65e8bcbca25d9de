import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf } from './blocks.ts'

const SIZE = 128 * 1024

/** Takes the blocks of these pieces as a sender does. */
const taken = (pieces: Iterable<string | Uint8Array>): readonly { readonly body: Buffer; readonly chunk: Buffer }[] =>
  [...blocksOf(pieces)].map((block) => {
    const part = { body: Buffer.from(block.body), chunk: Buffer.from(block.chunk) }
    block.release()
    return part
  })

const whole = (pieces: Iterable<string | Uint8Array>): Buffer => Buffer.concat(taken(pieces).map(({ body }) => body))

test('blocks are the octets of their pieces, one after the other, whatever these are', () => {
  const texts = ['{', 'ä'.repeat(50_000), '漢'.repeat(40_000), '', '😀'.repeat(100_000), 'x'.repeat(3 * SIZE), '}']
  assert.ok(whole(texts).equals(Buffer.from(texts.join(''))))
  const octets = [5, SIZE, SIZE - 5, 1, 3 * SIZE + 7].map((length, index) => Buffer.alloc(length, 65 + index))
  const expected = Buffer.concat(octets)
  assert.ok(whole(octets.map((one) => Buffer.from(one))).equals(expected))
  assert.ok(whole([...texts, ...octets]).equals(Buffer.concat([Buffer.from(texts.join('')), expected])))
})

test('a block is as full as the next text lets it be, and never empty', () => {
  const texts = Array.from({ length: 100 }, () => 'y'.repeat(10_000))
  const sizes = taken(texts).map(({ body }) => body.length)
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    1_000_000,
  )
  // A text may be three octets a character.
  assert.ok(sizes.slice(0, -1).every((size) => size > SIZE - 30_000 && size <= SIZE))
  assert.deepEqual(taken([]), [])
  assert.deepEqual(taken(['', new Uint8Array(0)]), [])
  const full = taken([Buffer.alloc(SIZE, 1), Buffer.alloc(SIZE, 2)])
  assert.deepEqual(
    full.map(({ body }) => body.length),
    [SIZE, SIZE],
  )
})

test('a block in its chunk has its size before it and a line end behind', () => {
  for (const [text, head] of [
    ['a', '1\r\n'],
    ['b'.repeat(255), 'ff\r\n'],
    ['c'.repeat(40_000), '9c40\r\n'],
  ] as const)
    assert.equal(taken([text])[0]!.chunk.toString(), `${head}${text}\r\n`)
  const [largest] = taken([Buffer.alloc(SIZE, 100)])
  assert.equal(largest!.chunk.toString(), `20000\r\n${'d'.repeat(SIZE)}\r\n`)
})

test('memory is for a later block once its own is released, and not before', () => {
  const only = (text: string) => blocksOf([text]).next().value!
  const [first, second] = [only('first'), only('second')]
  const { buffer } = first.body
  assert.notEqual(second.body.buffer, buffer)
  assert.equal(first.body.toString(), 'first')
  first.release()
  const third = only('3')
  assert.equal(third.body.buffer, buffer)
  assert.deepEqual([third.body.toString(), second.body.toString()], ['3', 'second'])
})

test('octets that have a memory of their own give it back, and others keep it', () => {
  const own = new Uint8Array(1000).fill(7)
  const shared = Buffer.alloc(2000, 8)
  const part = shared.subarray(10, 20)
  assert.equal(whole([own, part]).length, 1010)
  assert.deepEqual([own.length, shared.length, part[0]], [0, 2000, 8])
})
