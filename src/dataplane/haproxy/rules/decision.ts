import type { Entry, ValueMatch } from '#routes/table/entry.ts'
import { sameItems } from '#routes/values/remembered.ts'
import { type Block, isBlock, type Possible } from './block.ts'
import { expressionText } from './expression.ts'
import { type NamedText, namedText } from './named-text.ts'
import type { RuleTexts } from './rule-text.ts'
import { decisionValue, type Led, type RouteValue } from './value.ts'

/** What the Lua program reads: candidates in order, and what else. */
interface Decision {
  readonly candidates: readonly Candidate[]
  readonly otherwise: RouteValue
}

/** `among`: the name of a text with candidates alone, all of which come here. */
type Candidate = One | { readonly among: string }

/** Names in lower case; expressions by the names of their texts. */
interface One {
  readonly to: RouteValue
  readonly method?: string
  readonly headers?: readonly Value[]
  readonly query?: readonly Value[]
  readonly path?: string
}

type Value = { readonly name: string } & (
  | { readonly type: 'Exact'; readonly value: string }
  | { readonly type: 'RegularExpression'; readonly program: string }
)

/** What parts lead to. */
type Leads = readonly (Led | NamedText)[]

interface Kept {
  readonly parts: readonly Possible[]
  readonly led: Leads
  readonly next: RouteValue
  readonly told: Led
}
/** By their first parts. */
const decisions = new WeakMap<Possible, Kept>()
const blocks = new WeakMap<Block, { readonly led: Leads; readonly told: NamedText }>()

/**
 * Where a request goes whose hostname and path have matched: by the first of these that takes it, else to `next`. More
 * than one possibility is a text that is looked at for each request. The same object for the same parts and rules.
 */
export function decide(parts: readonly Possible[], next: RouteValue, rules: RuleTexts): Led {
  const sure = parts.findIndex(isUnconditional)
  const possible = sure < 0 ? parts : parts.slice(0, sure + 1)
  const [first] = possible
  if (first === undefined) return { value: next }
  if (sure === 0) return rules.of((first as Entry).rule)
  const led = possible.map((part) => ledBy(part, rules))
  const before = decisions.get(first)
  if (before?.next === next && sameItems(before.parts, possible) && sameItems(before.led, led)) return before.told
  const otherwise = sure < 0 ? next : (led[sure] as Led).value
  const { name, ...texts } = namedText(
    { candidates: candidatesOf(sure < 0 ? possible : possible.slice(0, sure), led), otherwise } satisfies Decision,
    [...led, ...expressionsOf(possible)],
  )
  const told = { value: decisionValue(name), ...texts }
  decisions.set(first, { parts: possible, led, next, told })
  return told
}

/** Whether it takes all requests for its path. */
export const isUnconditional = (one: Possible): boolean =>
  !isBlock(one) &&
  one.path.type !== 'RegularExpression' &&
  one.method === undefined &&
  one.headers.length === 0 &&
  one.query.length === 0

const ledBy = (part: Possible, rules: RuleTexts): Led | NamedText =>
  isBlock(part) ? blockText(part, rules) : rules.of(part.rule)

function blockText(block: Block, rules: RuleTexts): NamedText {
  const { parts } = block
  const led = parts.map((part) => ledBy(part, rules))
  const before = blocks.get(block)
  if (before !== undefined && sameItems(before.led, led)) return before.told
  const told = namedText({ candidates: candidatesOf(parts, led) }, [...led, ...expressionsOf(parts)])
  blocks.set(block, { led, told })
  return told
}

const candidatesOf = (parts: readonly Possible[], led: Leads): readonly Candidate[] =>
  parts.map((part, at) =>
    isBlock(part) ? { among: (led[at] as NamedText).name } : candidate(part, (led[at] as Led).value),
  )

const candidate = ({ path, method, headers, query }: Entry, to: RouteValue): One => ({
  to,
  ...(method !== undefined && { method }),
  ...(headers.length > 0 && { headers: headers.map((one) => wantedValue({ ...one, name: one.name.toLowerCase() })) }),
  ...(query.length > 0 && { query: query.map(wantedValue) }),
  ...(path.type === 'RegularExpression' && { path: expressionText(path.value).name }),
})

const wantedValue = ({ name, type, value }: ValueMatch): Value =>
  type === 'Exact' ? { name, type, value } : { name, type, program: expressionText(value).name }

const expressionsOf = (parts: readonly Possible[]): readonly NamedText[] =>
  parts.flatMap((part) =>
    isBlock(part)
      ? []
      : [part.path, ...part.headers, ...part.query]
          .filter(({ type }) => type === 'RegularExpression')
          .map(({ value }) => expressionText(value)),
  )
