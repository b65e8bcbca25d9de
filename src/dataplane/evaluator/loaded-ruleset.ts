import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { Chain, Element, HookName, TableFamily, Value } from '../nftables/rule.ts'
import type { Kind } from '../nftables/ruleset/kinds.ts'
import { NODE_RULESET } from '../nftables/ruleset/node-ruleset.ts'
import type { Ruleset } from '../nftables/ruleset/ruleset.ts'
import { type BaseChain, baseChains } from './hooks.ts'

/** What a client holds to: the word or mark that leads to its endpoint, until the second in which it expires. */
export interface Pin {
  readonly value: number
  readonly expires: number
}

interface Range {
  /** The other fields of the key. */
  readonly prefix: string
  readonly holds: (value: Value) => boolean
  readonly data: readonly Value[]
}

/** A loaded ruleset: the elements of one node, of both families, to be looked up in. */
export class LoadedRuleset {
  readonly #sets = new Map<string, Map<string, readonly Value[]>>()
  readonly #ranges = new Map<string, Range[]>()
  readonly #chains: Map<string, Chain>
  readonly #baseChains: ReadonlyMap<HookName, readonly BaseChain[]>
  readonly #kinds = new Map<number, Kind>()
  /** Pins that clients hold, by family, map and key: filled by evaluation, as the kernel fills its maps. */
  readonly pins = new Map<string, Pin>()

  constructor(
    elements: Iterable<Element>,
    kinds: Iterable<{ readonly number: number; readonly kind: Kind }>,
    { sets, chains, kindChains }: Ruleset = NODE_RULESET,
  ) {
    this.#chains = new Map(chains.map((chain) => [chain.name, chain]))
    this.#baseChains = baseChains(chains)
    for (const { number, kind } of kinds) {
      this.#kinds.set(number, kind)
      for (const chain of kindChains(kind)) this.#chains.set(chain.name, chain)
    }
    for (const { family, set, key, data } of elements) {
      const name = `${family} ${set}`
      if (sets.layout(family, set).definition.interval) {
        const ranges = this.#ranges.get(name) ?? []
        this.#ranges.set(name, ranges)
        ranges.push({ prefix: key.slice(0, -1).join(' '), holds: rangeOf(String(key.at(-1))), data: data ?? [] })
      } else {
        const held = this.#sets.get(name) ?? new Map<string, readonly Value[]>()
        this.#sets.set(name, held)
        held.set(key.join(' '), data ?? [])
      }
    }
  }

  chain(name: string): Chain {
    const chain = this.#chains.get(name)
    if (chain === undefined) throw new Error(`the ruleset has no chain ${name}`)
    return chain
  }

  /** Those that a packet meets at a hook, in their order. */
  chainsAt(hook: HookName): readonly BaseChain[] {
    return this.#baseChains.get(hook) ?? []
  }

  kind(number: number): Kind | undefined {
    return this.#kinds.get(number)
  }

  /** Data of the element (empty for a set's), or undefined. */
  find(family: TableFamily, set: string, key: readonly Value[]): readonly Value[] | undefined {
    const ranges = this.#ranges.get(`${family} ${set}`)
    if (ranges === undefined) return this.#sets.get(`${family} ${set}`)?.get(key.join(' '))
    const prefix = key.slice(0, -1).join(' ')
    const last = key.at(-1) as Value
    return ranges.find((one) => one.prefix === prefix && one.holds(last))?.data
  }
}

/** A prefix of addresses, or ports from one to another. */
const rangeOf = (text: string): Range['holds'] => {
  if (text.includes('/')) {
    const cidr = parseCidr(text)
    return (value) => containsAddress(cidr, parseAddress(String(value)))
  }
  const [first, last] = text.split('-').map(Number) as [number, number]
  return (value) => first <= Number(value) && Number(value) <= last
}
