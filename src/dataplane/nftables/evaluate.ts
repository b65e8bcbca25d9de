import { type Cidr, containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { Chain, Element, Field, Rule, SetName, Statement, TableFamily, Value } from './rule.ts'
import { WORD } from './rule.ts'
import { chains } from './ruleset/chains.ts'
import { kindChains } from './ruleset/kind-chains.ts'
import { type Kind, kindName } from './ruleset/kinds.ts'
import { sets } from './ruleset/sets.ts'

/** A new connection's first packet as it enters one node. Addresses in canonical text. */
export interface Packet {
  readonly source: string
  readonly destination: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly port: number
  /** It starts on the node itself (output hook), not on a link (prerouting). */
  readonly fromNode?: boolean
}

export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** What becomes of it. `pass`: no Service's; it goes where it was addressed. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'dnat'; readonly to: Endpoint; readonly masquerade: boolean }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: 'tcp-reset' | 'port-unreachable' }

/** A rule that matched: where it stands, and which element of which set decided, if one did. */
export interface Hop {
  readonly chain: string
  readonly rule: number
  readonly set?: SetName
  readonly key?: string
}

export interface Outcome {
  readonly verdict: Verdict
  readonly hops: readonly Hop[]
}

/** What a client holds to: the word that leads to its endpoint, until the second in which it expires. */
export interface Pin {
  readonly word: number
  readonly expires: number
}

/** What the packet's walk is told of the world. `random(n)` gives 0 to n − 1. `isNode` tells the node's own addresses. `now`: in seconds, 0 if left out. */
export interface Surroundings {
  readonly random: (n: number) => number
  readonly isNode: (address: string) => boolean
  readonly now?: number
}

/** A loaded ruleset: the elements of one node, of both families, to be looked up in. */
export class LoadedRuleset {
  readonly #sets = new Map<string, Map<string, readonly Value[]>>()
  readonly #cidrs = new Map<
    string,
    { readonly prefix: string; readonly cidr: Cidr; readonly data: readonly Value[] }[]
  >()
  readonly #chains = new Map<string, Chain>(chains.map((chain) => [chain.name, chain]))
  readonly #kinds = new Map<number, Kind>()
  /** Pins that clients hold, by set and key: filled by evaluation, as the kernel fills its map. */
  readonly pins = new Map<string, Pin>()

  constructor(elements: Iterable<Element>, kinds: Iterable<{ readonly number: number; readonly kind: Kind }>) {
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

/** Walks the rules with a packet, as the kernel would: the very rules and elements that are sent to it. Pins are learned in `ruleset.pins`. */
export function evaluate(ruleset: LoadedRuleset, packet: Packet, surroundings: Surroundings): Outcome {
  return new Walk(ruleset, packet, surroundings).run()
}

/** Every outcome that the packet can have, one for each backend that it may be given. Pins are looked at, and not changed. */
export function possibleOutcomes(
  ruleset: LoadedRuleset,
  packet: Packet,
  isNode: (address: string) => boolean,
  now = 0,
): readonly Outcome[] {
  const outcomes: Outcome[] = []
  const pins = new Map(ruleset.pins)
  // Odometer over the random choices that the walk asks for.
  let choices: number[] = []
  for (;;) {
    const sizes: number[] = []
    const random = (n: number) => {
      sizes.push(n)
      return choices[sizes.length - 1] ?? 0
    }
    outcomes.push(evaluate(ruleset, packet, { random, isNode, now }))
    ruleset.pins.clear()
    for (const [key, pin] of pins) ruleset.pins.set(key, pin)
    const next = sizes.map((_, index) => choices[index] ?? 0)
    let at = next.length - 1
    while (at >= 0 && (next[at] as number) + 1 >= (sizes[at] as number)) at--
    if (at < 0) return outcomes
    choices = [...next.slice(0, at), (next[at] as number) + 1]
  }
}

type Step = 'next-rule' | 'return' | Verdict

class Walk {
  readonly #ruleset: LoadedRuleset
  readonly #packet: Packet
  readonly #random: (n: number) => number
  readonly #isNode: (address: string) => boolean
  readonly #now: number
  readonly #family: TableFamily
  readonly #hops: Hop[] = []
  #word = 0
  /** After translation. */
  #destination: Endpoint
  #translated = false

  constructor(ruleset: LoadedRuleset, packet: Packet, { random, isNode, now = 0 }: Surroundings) {
    this.#ruleset = ruleset
    this.#packet = packet
    this.#random = random
    this.#isNode = isNode
    this.#now = now
    this.#family = packet.destination.includes(':') ? 'ip6' : 'ip'
    this.#destination = { address: packet.destination, port: packet.port }
  }

  run(): Outcome {
    const first = this.#chain(this.#packet.fromNode ? 'nat-output' : 'nat-prerouting')
    if (typeof first === 'object' && first.kind !== 'dnat') return { verdict: first, hops: this.#hops }
    const second = this.#chain('nat-postrouting')
    const masquerade = typeof second === 'object' && second.kind === 'dnat' && second.masquerade
    const verdict: Verdict = this.#translated ? { kind: 'dnat', to: this.#destination, masquerade } : { kind: 'pass' }
    return { verdict, hops: this.#hops }
  }

  #chain(name: string): Step {
    for (const [index, rule] of this.#ruleset.chain(name).rules.entries()) {
      const step = this.#rule(name, index, rule)
      if (step !== 'next-rule') return step
    }
    return 'return'
  }

  #rule(chain: string, index: number, rule: Rule): Step {
    let found: Pick<Hop, 'set' | 'key'> = {}
    for (const statement of rule) {
      const set = statement.do === 'lookup' ? statement.set : 'map' in statement ? statement.map : undefined
      if (set !== undefined && 'key' in statement) found = { set, key: this.#key(statement.key, false).join(' ') }
      const last = statement === rule.at(-1)
      const at = this.#hops.length
      if (last) this.#hops.push({ chain, rule: index, ...found })
      const step = this.#statement(statement)
      if (step === 'mismatch') {
        this.#hops.splice(at)
        return 'next-rule'
      }
      if (step !== 'go-on') return step
    }
    return 'next-rule'
  }

  #statement(statement: Statement): Step | 'go-on' | 'mismatch' {
    const when = (matches: boolean) => (matches ? 'go-on' : 'mismatch')
    switch (statement.do) {
      case 'lookup':
        return when((this.#find(statement.set, this.#key(statement.key)) !== undefined) !== (statement.not === true))
      case 'has-ports':
        return 'go-on'
      case 'protocol-is':
        return when(this.#packet.protocol === statement.protocol)
      case 'translated':
        return when(this.#translated)
      case 'connection-invalid':
        return 'mismatch'
      case 'source-is-node':
        return when(this.#isNode(this.#packet.source) !== (statement.not === true))
      case 'word-has':
        return when((this.#word & statement.bit) !== 0)
      case 'set-word':
        this.#word = ((this.#word & statement.and) | statement.or) >>> 0
        return 'go-on'
      case 'set-word-from': {
        const data = this.#find(statement.map, this.#key(statement.key))
        if (data === undefined) return 'mismatch'
        this.#word = Number(data[0])
        return 'go-on'
      }
      case 'goto-kind':
        return this.#goToKind()
      case 'pin':
        // As in the kernel, an update leaves the data of an element that is there, and starts its time anew.
        this.#ruleset.pins.set(this.#pinKey(), {
          word: this.#pinned() ?? this.#word,
          expires: this.#now + statement.seconds,
        })
        return 'go-on'
      case 'unpin':
        this.#ruleset.pins.delete(this.#pinKey())
        return 'go-on'
      case 'dnat': {
        const data = this.#find(statement.map, this.#key(statement.key))
        if (data === undefined) return 'mismatch'
        this.#destination = { address: String(data[0]), port: Number(data[1]) }
        this.#translated = true
        return { kind: 'dnat', to: this.#destination, masquerade: false }
      }
      case 'snat':
        if (this.#find(statement.map, this.#key(statement.key)) === undefined) return 'mismatch'
        return { kind: 'dnat', to: this.#destination, masquerade: true }
      case 'goto':
      case 'jump': {
        const step = this.#chain(statement.chain)
        // A goto ends the chain that it stands in with the one that it leads to.
        return statement.do === 'jump' && step === 'return' ? 'go-on' : step
      }
      case 'return':
        return 'return'
      case 'drop':
        return { kind: 'drop' }
      case 'reject':
        return { kind: 'reject', with: statement.with }
      case 'masquerade':
        return { kind: 'dnat', to: this.#destination, masquerade: true }
    }
  }

  #goToKind(): Step | 'mismatch' {
    const kind = this.#ruleset.kind(this.#word & WORD.KIND)
    if (kind === undefined) return 'mismatch'
    if (kind.kind === 'drop') return { kind: 'drop' }
    return this.#chain(kind.kind === 'reject' ? 'reject-it' : kindName(kind))
  }

  #pinKey(): string {
    return `${this.#family} ${(this.#word & WORD.SERVICE_PORT) >>> 0} ${this.#packet.source}`
  }

  #find(set: SetName, key: readonly Value[]): readonly Value[] | undefined {
    if (set !== 'affinity') return this.#ruleset.find(this.#family, set, key)
    const pin = this.#pinned()
    return pin === undefined ? undefined : [pin]
  }

  /** An element is there no more in the very second in which it expires. */
  #pinned(): number | undefined {
    const pin = this.#ruleset.pins.get(this.#pinKey())
    return pin === undefined || pin.expires <= this.#now ? undefined : pin.word
  }

  /** `choose` false: only to tell of it, without drawing a number. */
  #key(fields: readonly Field[], choose = true): readonly Value[] {
    return fields.map((field) => this.#field(field, choose))
  }

  #field(field: Field, choose: boolean): Value {
    if (typeof field === 'object') {
      if ('word' in field) return (this.#word & field.word) >>> 0
      return choose ? this.#random(field.random) : `of ${field.random}`
    }
    switch (field) {
      case 'saddr':
      case 'client':
        return this.#packet.source
      case 'daddr':
        return this.#destination.address
      case 'dport':
        return this.#destination.port
      case 'l4proto':
        return this.#packet.protocol
      case 'ct-daddr':
        return this.#packet.destination
      case 'ct-dport':
        return this.#packet.port
      case 'word':
        return this.#word
    }
  }
}
