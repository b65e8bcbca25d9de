import type { Entry } from '#routes/table/entry.ts'
import { matchedPath } from '#routes/table/request-path.ts'
import { sameItems } from '#routes/values/remembered.ts'
import { decide, isUnconditional } from '../rules/decision.ts'
import { linesOf } from '../rules/named-text.ts'
import type { RuleTexts } from '../rules/rule-text.ts'
import { hostValue, type Led, NOTHING, type RouteValue, sharedValue } from '../rules/value.ts'
import { exactKey, prefixKey } from './host-key.ts'
import type { HostNode } from './host-nodes.ts'
import { inBlocks, type Span, spansBefore } from './span.ts'

/** What a port's map has of one hostname. */
interface HostPaths {
  readonly values: ReadonlyMap<string, RouteValue>
  /** Lines of all texts that the values lead to. */
  readonly texts: ReadonlyMap<string, string>
}

interface Kept {
  readonly entries: readonly Entry[]
  readonly led: readonly Led[]
  readonly paths: HostPaths
}
/** By their first entries, and by their pattern with what is above. */
const kept = new WeakMap<Entry, Map<string, Kept>>()

/** The same object for the same entries, as long as their backends have the same slots. */
export function hostPaths(node: HostNode, rules: RuleTexts): HostPaths {
  const { pattern, entries } = node
  const above = aboveOf(node)
  const [first] = entries
  if (first === undefined) return compute(node, above, rules)
  const known = kept.get(first) ?? new Map<string, Kept>()
  const place = `${pattern} ${above}`
  const before = known.get(place)
  if (
    before !== undefined &&
    sameItems(before.entries, entries) &&
    entries.every(({ rule }, at) => before.led[at] === rules.of(rule))
  ) {
    return before.paths
  }
  const paths = compute(node, above, rules)
  kept.set(first, known.set(place, { entries, led: entries.map(({ rule }) => rules.of(rule)), paths }))
  return paths
}

const aboveOf = ({ parent, behind }: HostNode): RouteValue =>
  parent !== undefined ? hostValue(parent) : behind !== undefined ? sharedValue(behind) : NOTHING

/**
 * The map finds the longest key for a path; all entries that may take the path are behind that key, in their order: those
 * of the key itself, of shorter prefixes, and all expressions.
 */
function compute({ pattern, entries, parent }: HostNode, above: RouteValue, rules: RuleTexts): HostPaths {
  const exact = new Map<string, Span[]>()
  const prefix = new Map<string, Span[]>([['/', []]])
  const expressions: Span[] = []
  entries.forEach((what, place) => {
    const { type, value } = what.path
    const span = { what, first: place, last: place, parts: [] }
    if (type === 'RegularExpression') expressions.push(span)
    else push(type === 'Exact' ? exact : prefix, matchedPath(value), span)
  })
  const blocks = inBlocks(expressions)
  const values = new Map<string, RouteValue>()
  const found: Led[] = []
  const behind = (own: readonly Span[], path: string) => {
    const all = [...own]
    for (let around = path; around !== ''; around = around.slice(0, around.lastIndexOf('/'))) {
      all.push(...(prefix.get(around) ?? []))
    }
    if (path !== '/') all.push(...(prefix.get('/') as Span[]))
    // Expressions are behind what takes all requests for the path, or among what does not.
    const end = Math.min(...all.flatMap(({ what, first }) => (isUnconditional(what) ? [first] : [])))
    const before = all.filter(({ first }) => first <= end)
    before.push(
      ...spansBefore(
        blocks,
        end,
        before.map(({ first }) => first),
      ),
    )
    before.sort((a, b) => a.first - b.first)
    return decide(
      before.map(({ what }) => what),
      above,
      rules,
    )
  }
  const add = (key: string, led: Led) => {
    values.set(key, led.value)
    found.push(led)
  }
  for (const path of prefix.keys()) {
    const led = behind([], path)
    // A path that is not found is looked for at the less specific hostname all the same: that need not be said.
    if (path !== '/' || led.value !== above || parent === undefined) add(prefixKey(pattern, path), led)
  }
  for (const [path, own] of exact) add(exactKey(pattern, path), behind(own, path))
  return { values, texts: new Map([...linesOf(found)].flatMap((lines) => [...lines])) }
}

function push(map: Map<string, Span[]>, path: string, span: Span): void {
  const known = map.get(path)
  if (known === undefined) map.set(path, [span])
  else known.push(span)
}
