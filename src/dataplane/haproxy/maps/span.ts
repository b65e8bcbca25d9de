import { blockOf, type Possible } from '../rules/block.ts'

/** One entry of a host, or a block of some, with the places of its first and its last among all of the host. */
export interface Span {
  readonly what: Possible
  readonly first: number
  readonly last: number
  /** Of a block. */
  readonly parts: readonly Span[]
}

const FEW = 8

/** Neighbours in blocks, and those in blocks, until they are few: what takes many of them has few things to name. */
export function inBlocks(spans: readonly Span[]): readonly Span[] {
  if (spans.length <= FEW) return spans
  const blocks: Span[] = []
  for (let at = 0; at < spans.length; at += FEW) blocks.push(block(spans.slice(at, at + FEW)))
  return inBlocks(blocks)
}

function block(parts: readonly Span[]): Span {
  const [first, last] = [parts[0] as Span, parts.at(-1) as Span]
  if (parts.length === 1) return first
  const what = blockOf(parts.map((part) => part.what) as [Possible, ...Possible[]])
  return { what, first: first.first, last: last.last, parts }
}

/** All before a place, in the largest blocks that none of some other places is in. */
export const spansBefore = (spans: readonly Span[], end: number, others: readonly number[]): readonly Span[] =>
  spans.flatMap((span) => {
    if (span.first > end) return []
    const isWhole = span.last < end && !others.some((place) => span.first < place && place < span.last)
    return isWhole ? [span] : spansBefore(span.parts, end, others)
  })
