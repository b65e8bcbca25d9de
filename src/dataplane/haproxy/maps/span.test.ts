import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '#routes/table/entry.ts'
import { isBlock, type Possible } from '../rules/block.ts'
import { inOrder, runOf, type Span } from './span.ts'

const entry = (method: string | undefined) =>
  ({ path: { type: 'Prefix', value: '/' }, headers: [], query: [], ...(method && { method }) }) as unknown as Entry
const spanAt = (place: number, method?: string): Span => ({ what: entry(method), first: place, last: place, parts: [] })
const flat = (one: Possible): readonly Entry[] => (isBlock(one) ? one.parts.flatMap(flat) : [one])
/** At even places: what else there is stands between them. */
const spans = Array.from({ length: 1000 }, (_, at) => spanAt(2 * at, 'GET'))
const many = runOf(spans)

test('runs are all their entries in order, up to the first that takes all requests, and few blocks', () => {
  for (const end of [-1, 1, 15, 17, 777, 1999]) {
    const sure = spanAt(end)
    const found = inOrder([runOf([sure, spanAt(end + 2, 'GET')]), many])
    assert.deepEqual(
      found.flatMap(({ what }) => flat(what)),
      [...spans.filter(({ first }) => first < end), sure].map(({ what }) => what),
    )
    assert.ok(found.length <= 40, `${found.length}`)
  }
})

test('entries of another run keep their places among those of a long one', () => {
  const others = [1, 301, 303, 1025].map((place) => spanAt(place, 'PUT'))
  const found = inOrder([many, runOf(others)])
  assert.deepEqual(
    found.flatMap(({ what }) => flat(what)),
    [...spans, ...others].sort((a, b) => a.first - b.first).map(({ what }) => what),
  )
  assert.ok(found.length < 700, `${found.length}`)
})

test('of however many no entry is lost, nor told to stand elsewhere', () => {
  for (let count = 1; count <= 200; count++) {
    const run = runOf(spans.slice(0, count))
    assert.deepEqual([run.first, run.last], [0, 2 * (count - 1)])
    assert.deepEqual(
      run.spans.flatMap(({ what }) => flat(what)),
      spans.slice(0, count).map(({ what }) => what),
    )
  }
})

test('of several runs each entry has its place among those of all others', () => {
  const [low, high] = [runOf([spanAt(3, 'PUT'), spanAt(5, 'PUT')]), runOf([spanAt(1501, 'PUT'), spanAt(1503, 'PUT')])]
  const all = [...spans, ...low.spans, ...high.spans].sort((a, b) => a.first - b.first)
  for (const runs of [
    [many, low, high],
    [high, low, many],
  ])
    assert.deepEqual(
      inOrder(runs).flatMap(({ what }) => flat(what)),
      all.map(({ what }) => what),
    )
})

test('what is behind the one that takes all requests is left out of its run', () => {
  const run = runOf([...spans.slice(0, 20), spanAt(40), ...spans.slice(21)])
  assert.deepEqual([run.first, run.last, run.sure], [0, 40, 40])
  assert.equal(inOrder([run]).flatMap(({ what }) => flat(what)).length, 21)
})

test('the same entries are the same blocks', () => {
  const [before] = runOf(spans).spans
  assert.equal(runOf(spans).spans[0]?.what, before?.what)
  assert.notEqual(runOf(spans.slice(1)).spans[0]?.what, before?.what)
})
