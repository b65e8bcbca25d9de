import type { Entry } from '#routes/table/entry.ts'
import { matchedPath } from '#routes/table/request-path.ts'
import { sameItems } from '#routes/values/remembered.ts'
import { decide } from '../rules/decision.ts'
import { linesOf } from '../rules/named-text.ts'
import type { RuleTexts } from '../rules/rule-text.ts'
import { hostValue, type Led, NOTHING, type RouteValue, sharedValue } from '../rules/value.ts'
import { exactKey, prefixKey } from './host-key.ts'
import type { HostNode } from './host-nodes.ts'
import { visitNested } from './nesting.ts'
import { inOrder, type Run, runOf, type Span } from './span.ts'

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

/** A path of a host's map; the outermost one stands for all paths, and has the expressions. */
interface Place {
  readonly run: Run | undefined
  /** The nearest around it. */
  readonly wider: Place | undefined
  /** Where the first is of all that may take the path. */
  readonly first: number
  /** Found when somebody asks: expressions that no request comes to are not even read. */
  readonly led: () => Led
}

/**
 * The map finds the longest key for a path; all entries that may take the path are behind that key, in their order: those
 * of the key itself, of shorter prefixes, and all expressions.
 */
function compute({ pattern, entries, parent }: HostNode, above: RouteValue, rules: RuleTexts): HostPaths {
  const { exact, prefix, expressions } = runsOf(entries)
  const values = new Map<string, RouteValue>()
  const found = new Set<Led>()
  const decided = (runs: readonly Run[], next: RouteValue) =>
    decide(
      inOrder(runs).map(({ what }) => what),
      next,
      rules,
    )
  const outermost: Place = {
    run: expressions,
    wider: undefined,
    first: expressions?.first ?? Number.POSITIVE_INFINITY,
    led: once(() => decided(expressions === undefined ? [] : [expressions], above)),
  }
  const placeOf = (run: Run | undefined, wider: Place): Place => {
    if (run === undefined) return wider
    const first = Math.min(run.first, wider.first)
    return { run, wider, first, led: once(() => ledAt(run, wider)) }
  }
  const ledAt = (run: Run, wider: Place): Led => {
    if (run.last > wider.first) return decided([run, ...runsFrom(wider)], above)
    if (run.sure !== Number.POSITIVE_INFINITY) return decided([run], above)
    // Longer paths go before shorter ones, nearly always: what is behind these need not be said once more.
    const next = wider.led()
    found.add(next)
    return decided([run], next.value)
  }
  visitNested<Place>(new Set(['/', ...prefix.keys()]), exact.keys(), (path, isWhole, nearest = outermost) => {
    const place = placeOf((isWhole ? exact : prefix).get(path), nearest)
    const led = place.led()
    // A path that is not found is looked for at the less specific hostname all the same: that need not be said.
    if (path !== '/' || isWhole || led.value !== above || parent === undefined) {
      values.set((isWhole ? exactKey : prefixKey)(pattern, path), led.value)
      found.add(led)
    }
    return place
  })
  return { values, texts: new Map([...linesOf(found)].flatMap((lines) => [...lines])) }
}

const once = (find: () => Led): (() => Led) => {
  let found: Led | undefined
  return () => {
    found ??= find()
    return found
  }
}

/** Of a place and of all that are around it. */
function runsFrom({ run, wider }: Place): readonly Run[] {
  const runs: Run[] = []
  for (let [own, next] = [run, wider]; ; [own, next] = [next.run, next.wider]) {
    if (own !== undefined) runs.push(own)
    if (next === undefined) return runs
  }
}

interface HostRuns {
  readonly exact: ReadonlyMap<string, Run>
  readonly prefix: ReadonlyMap<string, Run>
  readonly expressions: Run | undefined
}

function runsOf(entries: readonly Entry[]): HostRuns {
  const spans: { readonly [type in Entry['path']['type']]: Map<string, Span[]> } = {
    Exact: new Map(),
    Prefix: new Map(),
    RegularExpression: new Map(),
  }
  entries.forEach((what, place) => {
    const { type, value } = what.path
    const key = type === 'RegularExpression' ? '' : matchedPath(value)
    const known = spans[type].get(key)
    const span = { what, first: place, last: place, parts: [] }
    if (known === undefined) spans[type].set(key, [span])
    else known.push(span)
  })
  const runs = (of: ReadonlyMap<string, readonly Span[]>) => new Map(Array.from(of, ([key, one]) => [key, runOf(one)]))
  return {
    exact: runs(spans.Exact),
    prefix: runs(spans.Prefix),
    expressions: runs(spans.RegularExpression).get(''),
  }
}
