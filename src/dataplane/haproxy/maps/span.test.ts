import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '#routes/table/entry.ts'
import { isBlock, type Possible } from '../rules/block.ts'
import { inBlocks, type Span, spansBefore } from './span.ts'

const entries = Array.from({ length: 1000 }, (_, at) => ({ hostname: `${at}` }) as Entry)
/** At even places: what else there is stands between them. */
const spans = entries.map((what, at): Span => ({ what, first: 2 * at, last: 2 * at, parts: [] }))
const flat = (one: Possible): readonly Entry[] => (isBlock(one) ? one.parts.flatMap(flat) : [one])

test('blocks are all entries before a place, in their order, and few', () => {
  const blocks = inBlocks(spans)
  for (const end of [-1, 1, 15, 17, 777, 1999, Number.POSITIVE_INFINITY]) {
    const found = spansBefore(blocks, end, [end])
    assert.deepEqual(
      found.flatMap(({ what }) => flat(what)),
      entries.filter((_, at) => 2 * at < end),
    )
    assert.ok(found.length <= 40, `${found.length}`)
  }
})

test('no block has another place within', () => {
  const others = [1, 301, 303, 1025]
  const found = spansBefore(inBlocks(spans), Number.POSITIVE_INFINITY, others)
  assert.deepEqual(
    found.flatMap(({ what }) => flat(what)),
    entries,
  )
  for (const { first, last } of found) assert.ok(!others.some((place) => first < place && place < last))
})

test('the same entries are the same blocks', () => {
  const [one] = inBlocks(spans)
  assert.equal(inBlocks(spans)[0]?.what, one?.what)
  assert.notEqual(inBlocks(spans.slice(1))[0]?.what, one?.what)
})
