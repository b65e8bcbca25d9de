/** What `nft -j list ruleset` prints, as far as it is looked at (libnftables-json(5)). */
export interface ListedRuleset {
  readonly nftables: readonly ListedObject[]
}

interface ListedObject {
  readonly chain?: ListedChain
  readonly rule?: ListedRule
}

interface ListedChain {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly type?: string
  readonly hook?: string
  readonly prio?: number
  readonly policy?: string
}

export interface ListedRule {
  readonly family: string
  readonly table: string
  readonly chain: string
  /** A key each; what iptables has written and nft has no words for is `xt`, by the name of the extension alone. */
  readonly expr: readonly ListedExpression[]
}

export type ListedExpression = Readonly<Record<string, unknown>>

/** A chain with its rules, and the chains that these lead to. */
export interface ChainOfRules extends ListedChain {
  readonly rules: readonly ListedRule[]
}

const keyOf = (family: string, table: string, chain: string): string => `${family} ${table} ${chain}`

/** The chains of a ruleset by family, table and name. */
export class ChainTable {
  readonly #chains = new Map<string, ChainOfRules & { readonly rules: ListedRule[] }>()

  constructor({ nftables }: ListedRuleset) {
    for (const { chain } of nftables)
      if (chain !== undefined) this.#chains.set(keyOf(chain.family, chain.table, chain.name), { ...chain, rules: [] })
    for (const { rule } of nftables)
      if (rule !== undefined) this.#chains.get(keyOf(rule.family, rule.table, rule.chain))?.rules.push(rule)
  }

  all(): Iterable<ChainOfRules> {
    return this.#chains.values()
  }

  /** A chain, and all that its rules lead to, each once. */
  reachedFrom(first: ChainOfRules): readonly ChainOfRules[] {
    const found = new Set([first])
    for (const { family, table, rules } of found)
      for (const { expr } of rules)
        for (const expression of expr) {
          const { target } = (expression.jump ?? expression.goto ?? {}) as { readonly target?: string }
          const chain = target === undefined ? undefined : this.#chains.get(keyOf(family, table, target))
          if (chain !== undefined) found.add(chain)
        }
    return [...found]
  }
}
