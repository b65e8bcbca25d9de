import type { LoadedRuleset } from './loaded-ruleset.ts'
import type { Field, Rule, SetName, Statement, TableFamily, Value } from './rule.ts'
import { WORD } from './rule.ts'
import { kindName } from './ruleset/kinds.ts'

/** A new connection's first packet as it enters one node. Addresses in canonical text. */
export interface Packet {
  readonly source: string
  readonly destination: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly port: number
  /** It starts on the node itself (output hook), not on a link (prerouting). */
  readonly fromNode?: boolean
  /** The address of the pod by whose link it comes. */
  readonly fromPod?: string
  /** It comes from another machine, not from a pod of this node. */
  readonly fromUplink?: boolean
  /** At the load balancer: the mark of the node that its connection was given, and whether that has answered. */
  readonly flow?: number
  readonly isAnswered?: boolean
  /** It belongs to no connection, and begins none. */
  readonly isInvalid?: boolean
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

/** What the packet's walk is told of the world. `random(n)` gives 0 to n − 1. `isNode` tells the node's own addresses. `now`: in seconds, 0 if left out. */
export interface Surroundings {
  readonly random: (n: number) => number
  readonly isNode: (address: string) => boolean
  readonly now?: number
}

/** What a rule or a chain comes to. `accept`: the packet goes on to the next hook. */
export type Step = 'next-rule' | 'return' | 'accept' | Verdict

/** A packet on its way through chains. */
export class Walk {
  readonly #ruleset: LoadedRuleset
  readonly #packet: Packet
  readonly #random: (n: number) => number
  readonly #isNode: (address: string) => boolean
  readonly #now: number
  readonly #family: TableFamily
  readonly hops: Hop[] = []
  #word = 0
  #mark = 0
  #flow: number
  #isAnswered: boolean
  /** After translation. */
  #destination: Endpoint
  #translated = false

  constructor(ruleset: LoadedRuleset, packet: Packet, { random, isNode, now = 0 }: Surroundings) {
    this.#ruleset = ruleset
    this.#packet = packet
    this.#random = random
    this.#isNode = isNode
    this.#now = now
    this.#flow = packet.flow ?? 0
    this.#isAnswered = packet.isAnswered ?? false
    this.#family = packet.destination.includes(':') ? 'ip6' : 'ip'
    this.#destination = { address: packet.destination, port: packet.port }
  }

  /** Where it goes after translation; undefined: it was not translated. */
  get translatedTo(): Endpoint | undefined {
    return this.#translated ? this.#destination : undefined
  }

  get mark(): number {
    return this.#mark
  }

  /** What becomes of it in a chain. */
  chain(name: string): Step {
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
      const at = this.hops.length
      if (last) this.hops.push({ chain, rule: index, ...found })
      const step = this.#statement(statement)
      if (step === 'mismatch') {
        this.hops.splice(at)
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
        return when((this.#packet.protocol === statement.protocol) !== (statement.not === true))
      case 'translated':
        return when(this.#translated)
      case 'connection-invalid':
        return when(this.#packet.isInvalid === true)
      case 'connection-answered':
        return when(this.#isAnswered)
      case 'from-pod':
        return when(this.#packet.fromPod !== undefined)
      case 'no-way-back':
        return when(this.#packet.fromPod !== this.#packet.source)
      case 'from-uplink':
        return when(this.#packet.fromUplink === true)
      case 'source-is-node':
        return when(this.#isNode(this.#packet.source) !== (statement.not === true))
      case 'destination-is-node':
        return when(this.#isNode(this.#destination.address) !== (statement.not === true))
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
          word: this.#held(this.#pinKey()) ?? this.#word,
          expires: this.#now + statement.seconds,
        })
        return 'go-on'
      case 'unpin':
        this.#ruleset.pins.delete(this.#pinKey())
        return 'go-on'
      case 'set-mark-from':
      case 'set-flow-from': {
        const data = this.#find(statement.map, this.#key(statement.key))
        if (data === undefined) return 'mismatch'
        if (statement.do === 'set-mark-from') this.#mark = Number(data[0])
        else this.#flow = Number(data[0])
        return 'go-on'
      }
      case 'set-mark-by-hash':
        // What the kernel's hash gives is not known; any of them may be it.
        this.#mark = 1 + this.#random(statement.nodes)
        return 'go-on'
      case 'set-mark-to-flow':
        this.#mark = this.#flow
        return 'go-on'
      case 'pin-flow': {
        const key = this.#flowPinKey()
        this.#ruleset.pins.set(key, { word: this.#held(key) ?? this.#flow, expires: this.#now + statement.seconds })
        return 'go-on'
      }
      case 'unpin-flow':
        this.#ruleset.pins.delete(this.#flowPinKey())
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
        const step = this.chain(statement.chain)
        // A goto ends the chain that it stands in with the one that it leads to.
        return statement.do === 'jump' && step === 'return' ? 'go-on' : step
      }
      case 'return':
        return 'return'
      case 'accept':
      case 'notrack':
        return statement.do === 'accept' ? 'accept' : 'go-on'
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
    return this.chain(kind.kind === 'reject' ? 'reject-it' : kindName(kind))
  }

  #pinKey(): string {
    return `${this.#family} ${(this.#word & WORD.SERVICE_PORT) >>> 0} ${this.#packet.source}`
  }

  #flowPinKey(): string {
    return `${this.#family} ${this.#mark} ${this.#packet.source}`
  }

  #find(set: SetName, key: readonly Value[]): readonly Value[] | undefined {
    if (set !== 'affinity') return this.#ruleset.find(this.#family, set, key)
    const pin = this.#held([this.#family, ...key].join(' '))
    return pin === undefined ? undefined : [pin]
  }

  /** An element is there no more in the very second in which it expires. */
  #held(key: string): number | undefined {
    const pin = this.#ruleset.pins.get(key)
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
      case 'mark':
        return this.#mark
      case 'ct-mark':
        return this.#flow
    }
  }
}
