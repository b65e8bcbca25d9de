import type { Field, HookName, Key, Rule, Statement, TableFamily, Value } from '../nftables/rule.ts'
import { WORD } from '../nftables/rule.ts'
import { kindName } from '../nftables/ruleset/kinds.ts'
import { CONNTRACK_PRIORITY, placeOf } from './hooks.ts'
import type { Hop } from './hop.ts'
import type { LoadedRuleset } from './loaded-ruleset.ts'
import type { Endpoint, Packet, Refusal } from './packet.ts'

/** What the packet's walk is told of the world. `random(n)` gives 0 to n − 1. `isNode` tells the node's own addresses. `now`: in seconds, 0 if left out. */
export interface Surroundings {
  readonly random: (n: number) => number
  readonly isNode: (address: string) => boolean
  readonly now?: number
}

/** What a rule or a chain comes to. `accept`: it is done with the base chain, and goes on to the next. */
type Step = 'next-rule' | 'return' | 'accept' | Refusal

/** What the kernel's connection table tells of it. `unseen`: it has not got there yet; `untracked`: it passes it by. */
type Connection = 'unseen' | 'untracked' | 'invalid' | 'new' | 'answered'

/** A packet on its way through the base chains of hooks. */
export class Walk {
  readonly #ruleset: LoadedRuleset
  readonly #packet: Packet
  readonly #random: (n: number) => number
  readonly #isNode: (address: string) => boolean
  readonly #now: number
  readonly #family: TableFamily
  readonly hops: Hop[] = []
  #hook: HookName = 'prerouting'
  #connection: Connection = 'unseen'
  #word = 0
  #mark = 0
  #flow: number
  /** After translation. */
  #destination: Endpoint
  #translated = false
  #masqueraded = false
  /** What of the connection has been settled: nat chains are asked once for each. */
  readonly #settled = new Set<'source' | 'destination'>()

  constructor(ruleset: LoadedRuleset, packet: Packet, { random, isNode, now = 0 }: Surroundings) {
    this.#ruleset = ruleset
    this.#packet = packet
    this.#random = random
    this.#isNode = isNode
    this.#now = now
    this.#flow = packet.flow ?? 0
    this.#family = packet.destination.includes(':') ? 'ip6' : 'ip'
    this.#destination = { address: packet.destination, port: packet.port }
  }

  /** Where it goes after translation; undefined: it was not translated. */
  get translatedTo(): Endpoint | undefined {
    return this.#translated ? this.#destination : undefined
  }

  get isMasqueraded(): boolean {
    return this.#masqueraded
  }

  get mark(): number {
    return this.#mark
  }

  /** Whether the node itself is where it goes, by now. */
  get isForNode(): boolean {
    return this.#isNode(this.#destination.address)
  }

  /** Takes it through the base chains of a hook, in their order. Undefined: it goes on. */
  through(hook: HookName): Refusal | undefined {
    this.#hook = hook
    const settles = hook === 'prerouting' || hook === 'output' ? 'destination' : 'source'
    let asksNat = !this.#settled.has(settles)
    for (const chain of this.#ruleset.chainsAt(hook)) {
      if (placeOf(chain) > CONNTRACK_PRIORITY) this.#track()
      if (chain.hook.type === 'nat' && !(asksNat && this.#connection === 'new')) continue
      const step = this.#chain(chain.name)
      if (typeof step === 'object') return step
      // The first that translates has settled it.
      if (settles === 'destination' ? this.#translated : this.#masqueraded) asksNat = false
    }
    this.#track()
    if (hook !== 'forward') this.#settled.add(settles)
    return undefined
  }

  #track(): void {
    if (this.#connection !== 'unseen') return
    const { isInvalid, isAnswered } = this.#packet
    this.#connection = isInvalid ? 'invalid' : isAnswered ? 'answered' : 'new'
  }

  /** Rules that ask for more of a connection than its state do not match where there is none. */
  get #hasConnection(): boolean {
    return this.#connection === 'new' || this.#connection === 'answered'
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
      const at = this.hops.length
      if (last) this.hops.push({ hook: this.#hook, chain, rule: index, ...found })
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
        return when(this.#hasConnection && this.#translated)
      case 'connection-invalid':
        // What has not been looked at is told as invalid too.
        return when(this.#connection === 'invalid' || this.#connection === 'unseen')
      case 'connection-answered':
        return when(this.#connection === 'answered')
      case 'connection-untracked':
        return when(this.#connection === 'untracked')
      case 'mid-stream':
        return when(this.#packet.protocol === 'tcp' && this.#packet.isMidStream === true)
      case 'from-pod':
        return when(this.#packet.fromPod !== undefined)
      case 'no-source':
        return when(this.#packet.source === '0.0.0.0' || this.#packet.source === '::')
      case 'no-way-back':
        return when(this.#packet.fromPod !== this.#packet.source)
      case 'from-uplink':
        return when(this.#packet.fromUplink === true)
      case 'source-is-node':
        return when(this.#isNode(this.#packet.source))
      case 'word-has':
        return when((this.#word & statement.bit) !== 0)
      case 'word-is':
        return when(this.#word === statement.word)
      case 'set-word':
        this.#word = ((this.#word & statement.and) | statement.or) >>> 0
        return 'go-on'
      case 'set-word-from':
        return this.#take(statement, (value) => {
          this.#word = value
        })
      case 'set-mark-from':
        return this.#take(statement, (value) => {
          this.#mark = value
        })
      case 'set-flow-from':
        return this.#take(statement, (value) => {
          if (this.#hasConnection) this.#flow = value
        })
      case 'set-mark-by-hash':
        // What the kernel's hash gives is not known; any of them may be it.
        this.#mark = 1 + this.#random(statement.nodes)
        return 'go-on'
      case 'set-mark-to-flow':
        if (!this.#hasConnection) return 'mismatch'
        this.#mark = this.#flow
        return 'go-on'
      case 'goto-kind':
        return this.#goToKind()
      case 'judge': {
        const [judgement] = this.#find(statement.map, this.#key(statement.key)) ?? []
        if (judgement === undefined) return 'mismatch'
        return judgement === 'drop' ? { kind: 'drop' } : 'return'
      }
      case 'update': {
        // As in the kernel, an update leaves the data of an element that is there, and starts its time anew.
        const name = this.#pinName(statement.map, this.#key(statement.key))
        const value = this.#held(name) ?? Number(this.#key([statement.data])[0])
        this.#ruleset.pins.set(name, { value, expires: this.#now + statement.seconds })
        return 'go-on'
      }
      case 'forget':
        this.#ruleset.pins.delete(this.#pinName(statement.map, this.#key(statement.key)))
        return 'go-on'
      case 'dnat': {
        const data = this.#find(statement.map, this.#key(statement.key))
        if (data === undefined) return 'mismatch'
        this.#destination = { address: String(data[0]), port: Number(data[1]) }
        this.#translated = true
        return 'accept'
      }
      case 'snat':
        if (this.#find(statement.map, this.#key(statement.key)) === undefined) return 'mismatch'
        this.#masqueraded = true
        return 'accept'
      case 'masquerade':
        this.#masqueraded = true
        return 'accept'
      case 'goto':
      case 'jump': {
        const step = this.#chain(statement.chain)
        // A goto ends the chain that it stands in with the one that it leads to.
        return statement.do === 'jump' && step === 'return' ? 'go-on' : step
      }
      case 'notrack':
        if (this.#connection === 'unseen') this.#connection = 'untracked'
        return 'go-on'
      case 'return':
      case 'accept':
        return statement.do
      case 'drop':
        return { kind: 'drop' }
      case 'reject':
        return { kind: 'reject', with: statement.with }
    }
  }

  /** `set … map`: without an element it ends its rule. */
  #take({ key, map }: { readonly key: Key; readonly map: string }, keep: (value: number) => void) {
    const data = this.#find(map, this.#key(key))
    if (data === undefined) return 'mismatch'
    keep(Number(data[0]))
    return 'go-on'
  }

  #goToKind(): Step | 'mismatch' {
    const kind = this.#ruleset.kind(this.#word & WORD.KIND)
    if (kind === undefined) return 'mismatch'
    if (kind.kind === 'drop') return { kind: 'drop' }
    return this.#chain(kind.kind === 'reject' ? 'reject-it' : kindName(kind))
  }

  #pinName(map: string, key: readonly Value[]): string {
    return [this.#family, map, ...key].join(' ')
  }

  #find(set: string, key: readonly Value[]): readonly Value[] | undefined {
    const pin = this.#held(this.#pinName(set, key))
    return pin === undefined ? this.#ruleset.find(this.#family, set, key) : [pin]
  }

  /** An element is there no more in the very second in which it expires. */
  #held(name: string): number | undefined {
    const pin = this.#ruleset.pins.get(name)
    return pin === undefined || pin.expires <= this.#now ? undefined : pin.value
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
