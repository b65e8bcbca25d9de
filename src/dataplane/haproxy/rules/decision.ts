import type { Entry, ValueMatch } from '#routes/table/entry.ts'
import { asciiJson } from './ascii-json.ts'
import type { NamedTexts } from './content-id.ts'
import type { RuleTexts } from './rule-text.ts'
import { decisionValue, type RouteValue } from './value.ts'

/** What the Lua program reads: candidates in order, and what else. */
interface Decision {
  readonly candidates: readonly Candidate[]
  readonly otherwise: RouteValue
}

/** Names in lower case. `path` is a regular expression. */
interface Candidate {
  readonly to: RouteValue
  readonly method?: string
  readonly headers?: readonly ValueMatch[]
  readonly query?: readonly ValueMatch[]
  readonly path?: string
}

/** Entries as texts that are looked at for each request, in order. */
export class DecisionTexts {
  readonly #texts: NamedTexts
  readonly #rules: RuleTexts

  constructor(texts: NamedTexts, rules: RuleTexts) {
    this.#texts = texts
    this.#rules = rules
  }

  /** The value of paths whose hostname and path have matched: the first of the entries that takes the request, else `next`. */
  chain(entries: readonly Entry[], next: RouteValue): RouteValue {
    const sure = entries.findIndex(isUnconditional)
    const candidates = (sure < 0 ? entries : entries.slice(0, sure)).map((entry) => this.#candidate(entry))
    const otherwise = sure < 0 ? next : this.#rules.value((entries[sure] as Entry).rule)
    if (candidates.length === 0) return otherwise
    const decision: Decision = { candidates, otherwise }
    return decisionValue(this.#texts.name(asciiJson(decision)))
  }

  #candidate({ path, method, headers, query, rule }: Entry): Candidate {
    return {
      to: this.#rules.value(rule),
      ...(method !== undefined && { method }),
      ...(headers.length > 0 && { headers: headers.map((one) => ({ ...one, name: one.name.toLowerCase() })) }),
      ...(query.length > 0 && { query }),
      ...(path.type === 'RegularExpression' && { path: path.value }),
    }
  }
}

const isUnconditional = ({ path, method, headers, query }: Entry) =>
  path.type !== 'RegularExpression' && method === undefined && headers.length === 0 && query.length === 0
