import { blockOf, type Possible } from '../rules/block.ts'
import { isUnconditional } from '../rules/decision.ts'

/** One entry of a host, or a block of some, with the places of its first and its last among all of the host. */
export interface Span {
  readonly what: Possible
  readonly first: number
  readonly last: number
  /** Of a block. */
  readonly parts: readonly Span[]
}

/** Entries of a host for the same paths, as far as one of them is asked. */
export interface Run {
  /** At least one. */
  readonly spans: readonly Span[]
  readonly first: number
  readonly last: number
  /** The place of the one that takes all requests for the path; none: infinite. */
  readonly sure: number
}

/** What is behind one that takes all requests is left out. */
export function runOf(entries: readonly Span[]): Run {
  const at = entries.findIndex(({ what }) => isUnconditional(what))
  const [sure] = at < 0 ? [] : entries.slice(at)
  const spans = [...inBlocks(at < 0 ? entries : entries.slice(0, at)), ...(sure ? [sure] : [])]
  return {
    spans,
    first: (spans[0] as Span).first,
    last: (spans.at(-1) as Span).last,
    sure: sure?.first ?? Number.POSITIVE_INFINITY,
  }
}

/** The entries of some runs up to the first that takes all requests, in the largest blocks that no other run is in. */
export function inOrder(runs: readonly Run[]): readonly Span[] {
  const end = Math.min(...runs.map(({ sure }) => sure))
  const asked = runs.filter(({ first }) => first <= end)
  const spans = asked.flatMap((run) =>
    upTo(
      run.spans,
      end,
      asked.filter((other) => other !== run),
    ),
  )
  return spans.sort((a, b) => a.first - b.first)
}

const FEW = 8

/** Neighbours in blocks, and those in blocks, until they are few: what takes many of them has few things to name. */
function inBlocks(spans: readonly Span[]): readonly Span[] {
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

const upTo = (spans: readonly Span[], end: number, others: readonly Run[]): readonly Span[] =>
  spans.flatMap((span) => {
    if (span.first > end) return []
    const isWhole = span.last <= end && !others.some(({ first, last }) => first < span.last && span.first < last)
    return isWhole || span.parts.length === 0 ? [span] : upTo(span.parts, end, others)
  })
