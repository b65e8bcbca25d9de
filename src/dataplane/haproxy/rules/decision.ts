import type { Entry, ValueMatch } from '#routes/table/entry.ts'
import { sameItems } from '#routes/values/remembered.ts'
import { type ExpressionProgram, expressionProgram } from './expression.ts'
import { namedText } from './named-text.ts'
import type { RuleTexts } from './rule-text.ts'
import { decisionValue, type Led, type RouteValue } from './value.ts'

/** What the Lua program reads: candidates in order, and what else. */
interface Decision {
  readonly candidates: readonly Candidate[]
  readonly otherwise: RouteValue
}

/** Names in lower case. */
interface Candidate {
  readonly to: RouteValue
  readonly method?: string
  readonly headers?: readonly Value[]
  readonly query?: readonly Value[]
  readonly path?: ExpressionProgram
}

type Value = { readonly name: string } & (
  | { readonly type: 'Exact'; readonly value: string }
  | { readonly type: 'RegularExpression'; readonly program: ExpressionProgram }
)

interface Kept {
  readonly entries: readonly Entry[]
  readonly led: readonly Led[]
  readonly next: RouteValue
  readonly decision: Led
}
/** By their first entries. */
const kept = new WeakMap<Entry, Kept>()

/**
 * Where a request goes whose hostname and path have matched: by the first of these entries that takes it, else to `next`.
 * More than one possibility is a text that is looked at for each request. The same object for the same entries and rules.
 */
export function decide(entries: readonly Entry[], next: RouteValue, rules: RuleTexts): Led {
  const sure = entries.findIndex(isUnconditional)
  const possible = sure < 0 ? entries : entries.slice(0, sure + 1)
  const [first] = possible
  if (first === undefined) return { value: next, texts: [] }
  if (sure === 0) return rules.of(first.rule)
  const led = possible.map(({ rule }) => rules.of(rule))
  const before = kept.get(first)
  if (before?.next === next && sameItems(before.entries, possible) && sameItems(before.led, led)) return before.decision
  const candidates = (sure < 0 ? possible : possible.slice(0, sure)).map((entry, at) =>
    candidate(entry, (led[at] as Led).value),
  )
  const { name, lines } = namedText({ candidates, otherwise: led[sure]?.value ?? next } satisfies Decision)
  const decision = { value: decisionValue(name), texts: [lines, ...new Set(led.flatMap((one) => one.texts))] }
  kept.set(first, { entries: possible, led, next, decision })
  return decision
}

const candidate = ({ path, method, headers, query }: Entry, to: RouteValue): Candidate => ({
  to,
  ...(method !== undefined && { method }),
  ...(headers.length > 0 && { headers: headers.map((one) => wantedValue({ ...one, name: one.name.toLowerCase() })) }),
  ...(query.length > 0 && { query: query.map(wantedValue) }),
  ...(path.type === 'RegularExpression' && { path: expressionProgram(path.value) }),
})

const wantedValue = ({ name, type, value }: ValueMatch): Value =>
  type === 'Exact' ? { name, type, value } : { name, type, program: expressionProgram(value) }

const isUnconditional = ({ path, method, headers, query }: Entry) =>
  path.type !== 'RegularExpression' && method === undefined && headers.length === 0 && query.length === 0
