import { type Cidr, containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { Chain, Element, SetName, TableFamily, Value } from './rule.ts'
import type { Kind } from './ruleset/kinds.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'
import type { Ruleset } from './ruleset/ruleset.ts'

/** What a client holds to: the word that leads to its endpoint, until the second in which it expires. */
export interface Pin {
  readonly word: number
  readonly expires: number
}

/** A loaded ruleset: the elements of one node, of both families, to be looked up in. */
export class LoadedRuleset {
  readonly #sets = new Map<string, Map<string, readonly Value[]>>()
  readonly #cidrs = new Map<
    string,
    { readonly prefix: string; readonly cidr: Cidr; readonly data: readonly Value[] }[]
  >()
  readonly #chains: Map<string, Chain>
  readonly #kinds = new Map<number, Kind>()
  /** Pins that clients hold, by set and key: filled by evaluation, as the kernel fills its map. */
  readonly pins = new Map<string, Pin>()

  constructor(
    elements: Iterable<Element>,
    kinds: Iterable<{ readonly number: number; readonly kind: Kind }>,
    { sets, chains, kindChains }: Ruleset = NODE_RULESET,
  ) {
    this.#chains = new Map(chains.map((chain) => [chain.name, chain]))
    for (const { number, kind } of kinds) {
      this.#kinds.set(number, kind)
      for (const chain of kindChains(kind)) this.#chains.set(chain.name, chain)
    }
    const intervals = new Set(sets.filter(({ interval }) => interval).map(({ name }) => name))
    for (const { family, set, key, data } of elements) {
      const name = `${family} ${set}`
      if (intervals.has(set)) {
        const cidrs = this.#cidrs.get(name) ?? []
        this.#cidrs.set(name, cidrs)
        cidrs.push({ prefix: key.slice(0, -1).join(' '), cidr: cidrOf(String(key.at(-1))), data: data ?? [] })
        continue
      }
      const held = this.#sets.get(name) ?? new Map<string, readonly Value[]>()
      this.#sets.set(name, held)
      held.set(key.join(' '), data ?? [])
    }
  }

  chain(name: string): Chain {
    const chain = this.#chains.get(name)
    if (chain === undefined) throw new Error(`the ruleset has no chain ${name}`)
    return chain
  }

  kind(number: number): Kind | undefined {
    return this.#kinds.get(number)
  }

  /** Data of the element (empty for a set's), or undefined. */
  find(family: TableFamily, set: SetName, key: readonly Value[]): readonly Value[] | undefined {
    const cidrs = this.#cidrs.get(`${family} ${set}`)
    if (cidrs === undefined) return this.#sets.get(`${family} ${set}`)?.get(key.join(' '))
    const prefix = key.slice(0, -1).join(' ')
    const address = parseAddress(String(key.at(-1)))
    return cidrs.find((one) => one.prefix === prefix && containsAddress(one.cidr, address))?.data
  }
}

const cidrOf = (text: string): Cidr => parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`)
