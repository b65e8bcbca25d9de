import type { IpFamily } from '#net/ip-address.ts'
import type { NamedPort, Peer } from './peer.ts'
import type { Traffic } from './traffic.ts'

/** What policies see of an address: two of which this is the same are treated alike by all of them. */
export interface Traits {
  readonly family: IpFamily
  /** The peers that it is one of. */
  readonly peers: readonly Peer[]
  /** Those that it is one of for some traffic only, and for which. */
  readonly limited: readonly Peer[]
  readonly limit: Traffic
  /** Ports that have names which some rule asks for. */
  readonly ports: readonly NamedPort[]
}

/** A class of addresses that all policies treat alike. */
export interface Identity extends Traits {
  /** In the kernel: 1 to 4294967295. 0 is who belongs to none. */
  readonly number: number
}

interface Held {
  readonly identity: Identity
  readonly text: string
  uses: number
}

const MOST = 0xffffffff

/**
 * The classes that are in use. A class's number follows from what it is: the same on every node and after every start,
 * unless two classes in use would have the same one; so it never comes to mean another.
 */
export class Identities {
  readonly #held = new Map<string, Held>()
  readonly #numbers = new Map<number, Held>()
  readonly #byPeer = new Map<string, Set<Identity>>()
  readonly #named = new Set<Identity>()
  readonly #changed: (identity: Identity) => void

  /** `changed` is told of each that comes into use, and that goes out of it. */
  constructor(changed: (identity: Identity) => void) {
    this.#changed = changed
  }

  get size(): number {
    return this.#held.size
  }

  /** Undefined where no policy speaks of such an address. Whoever takes it gives it back. */
  take(traits: Traits): Identity | undefined {
    if (traits.peers.length + traits.limited.length + traits.ports.length === 0) return undefined
    const text = textOf(traits)
    let held = this.#held.get(text)
    if (held === undefined) {
      held = { identity: { ...traits, number: this.#numberOf(text) }, text, uses: 0 }
      this.#held.set(text, held)
      this.#numbers.set(held.identity.number, held)
      for (const peer of peersOf(traits)) this.#of(peer.key).add(held.identity)
      if (traits.ports.length > 0) this.#named.add(held.identity)
      this.#changed(held.identity)
    }
    held.uses++
    return held.identity
  }

  giveBack(identity: Identity | undefined): void {
    const held = identity && this.#numbers.get(identity.number)
    if (held === undefined || --held.uses > 0) return
    this.#held.delete(held.text)
    this.#numbers.delete(held.identity.number)
    this.#named.delete(held.identity)
    for (const { key } of peersOf(held.identity)) {
      const of = this.#of(key)
      of.delete(held.identity)
      if (of.size === 0) this.#byPeer.delete(key)
    }
    this.#changed(held.identity)
  }

  /** Those that are one of the peer with this key, for all or for a part of their traffic. */
  of(key: string): Iterable<Identity> {
    return this.#byPeer.get(key) ?? []
  }

  /** Those that have ports with names. */
  get named(): Iterable<Identity> {
    return this.#named
  }

  #of(key: string): Set<Identity> {
    const known = this.#byPeer.get(key)
    if (known !== undefined) return known
    const made = new Set<Identity>()
    this.#byPeer.set(key, made)
    return made
  }

  #numberOf(text: string): number {
    let number = hashOf(text)
    while (number === 0 || this.#numbers.has(number)) number = number === MOST ? 1 : number + 1
    return number
  }
}

const peersOf = ({ peers, limited }: Traits): readonly Peer[] => [...peers, ...limited]

const textOf = ({ family, peers, limited, limit, ports }: Traits): string =>
  [
    family,
    ...peers.map(({ key }) => key).sort(),
    '|',
    ...limited.map(({ key }) => key).sort(),
    limited.length === 0 ? '|' : `| ${JSON.stringify(limit)}`,
    ...ports.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`).sort(),
  ].join('\n')

/** FNV-1a, of UTF-16. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
