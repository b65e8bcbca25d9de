import type { Entry } from '#routes/table/entry.ts'
import { matchedPath } from '#routes/table/request-path.ts'
import { sameItems } from '#routes/values/remembered.ts'
import { decide } from '../rules/decision.ts'
import type { RuleTexts } from '../rules/rule-text.ts'
import { hostValue, type Led, NOTHING, type RouteValue, sharedValue } from '../rules/value.ts'
import { exactKey, prefixKey } from './host-key.ts'
import type { HostNode } from './host-nodes.ts'

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
  const exact = new Map<string, Placed[]>()
  const prefix = new Map<string, Placed[]>([['/', []]])
  const expressions: Placed[] = []
  entries.forEach((entry, place) => {
    const { type, value } = entry.path
    if (type === 'RegularExpression') expressions.push({ entry, place })
    else push(type === 'Exact' ? exact : prefix, matchedPath(value), { entry, place })
  })
  const values = new Map<string, RouteValue>()
  const texts = new Map<string, string>()
  const behind = (own: readonly Placed[], path: string) => {
    const all = [...own, ...expressions]
    for (let around = path; around !== ''; around = around.slice(0, around.lastIndexOf('/'))) {
      all.push(...(prefix.get(around) ?? []))
    }
    if (path !== '/') all.push(...(prefix.get('/') as Placed[]))
    all.sort((a, b) => a.place - b.place)
    return decide(
      all.map(({ entry }) => entry),
      above,
      rules,
    )
  }
  const add = (key: string, { value, texts: own }: ReturnType<typeof behind>) => {
    values.set(key, value)
    for (const lines of own) for (const [name, line] of lines) texts.set(name, line)
  }
  for (const path of prefix.keys()) {
    const led = behind([], path)
    // A path that is not found is looked for at the less specific hostname all the same: that need not be said.
    if (path !== '/' || led.value !== above || parent === undefined) add(prefixKey(pattern, path), led)
  }
  for (const [path, own] of exact) add(exactKey(pattern, path), behind(own, path))
  return { values, texts }
}

interface Placed {
  readonly entry: Entry
  readonly place: number
}

function push(map: Map<string, Placed[]>, path: string, placed: Placed): void {
  const known = map.get(path)
  if (known === undefined) map.set(path, [placed])
  else known.push(placed)
}
