import type { Cidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Update } from '../message/message.ts'
import type { Peer } from '../session/peer-options.ts'
import { endOfRib, packRoutes, packWithdrawals } from './pack.ts'
import { attributesFor, type Route } from './route.ts'

/** The way to a peer, while its session is established. */
interface Sink {
  readonly isFull: boolean
  readonly families: readonly IpFamily[]
  send(update: Update): void
}

interface SenderOptions {
  readonly peer: Peer
  readonly sink: Sink
  /** What routes of a family have as next hop; a family without one is not told. */
  readonly nextHops: (family: IpFamily) => readonly Uint8Array[] | undefined
  /** All that there was to tell at the beginning has been told, and End-of-RIB. */
  readonly toldAll: () => void
}

interface Sent {
  readonly prefix: Cidr
  /** Undefined: the peer has asked for it again. */
  readonly attributesKey: string | undefined
}

/** Brings what a peer has been told to what it shall be told, by the difference alone, and no faster than it reads. */
export class RouteSender {
  readonly #options: SenderOptions
  /** Families whose routes the peer can be told. */
  readonly families: readonly IpFamily[]
  readonly #sent = new Map<string, Sent>()
  #wanted: ReadonlyMap<string, Route> = new Map()
  #updates: Iterator<Update> | undefined
  #isBeginning = true

  constructor(options: SenderOptions) {
    this.#options = options
    this.families = options.sink.families.filter((family) => options.nextHops(family) !== undefined)
  }

  /** Prefixes that the peer has been told. */
  get announced(): number {
    return this.#sent.size
  }

  /** Prefixes of which it has yet to be told something. */
  get pending(): number {
    const changed = [...this.#wanted.values()].filter((route) => this.#isNews(route)).length
    return changed + this.#gone().length
  }

  /** What is wanted from now on: withdrawals go first, at once. */
  want(routes: Iterable<Route>): void {
    const wanted = new Map<string, Route>()
    for (const route of routes) if (this.families.includes(route.prefix.address.family)) wanted.set(route.key, route)
    this.#wanted = wanted
    this.#updates = this.#difference()
    this.resume()
  }

  /** ROUTE-REFRESH: all of a family once more. */
  repeat(family: IpFamily): void {
    for (const [key, { prefix }] of this.#sent)
      if (prefix.address.family === family) this.#sent.set(key, { prefix, attributesKey: undefined })
    if (this.#updates === undefined) return
    this.#updates = this.#difference()
    this.resume()
  }

  /** Sends until all is told or the connection is full. */
  resume(): void {
    while (this.#updates !== undefined && !this.#options.sink.isFull) {
      const { value, done } = this.#updates.next()
      if (done) return
      this.#options.sink.send(value)
    }
  }

  #isNews({ key, attributesKey }: Route): boolean {
    return this.#sent.get(key)?.attributesKey !== attributesKey
  }

  #gone(): readonly (readonly [string, Sent])[] {
    return [...this.#sent].filter(([key]) => !this.#wanted.has(key))
  }

  /** Made as it is sent: a later one begins with what this one has come to. */
  *#difference(): Generator<Update> {
    const gone = this.#gone()
    for (const family of this.families) {
      const ofFamily = gone.filter(([, { prefix }]) => prefix.address.family === family)
      for (const { update, items } of packWithdrawals(family, ofFamily, ([, { prefix }]) => prefix)) {
        for (const [key] of items) this.#sent.delete(key)
        yield update
      }
    }
    const news = [...this.#wanted.values()].filter((route) => this.#isNews(route))
    for (const family of this.families) yield* this.#announce(family, news)
    if (!this.#isBeginning) return
    for (const family of this.#options.sink.families) yield endOfRib(family)
    this.#isBeginning = false
    this.#options.toldAll()
  }

  *#announce(family: IpFamily, news: readonly Route[]): Generator<Update> {
    const { nextHops, peer } = this.#options
    const ofFamily = news.filter(({ prefix }) => prefix.address.family === family)
    for (const routes of Map.groupBy(ofFamily, ({ attributesKey }) => attributesKey).values()) {
      const said = { nextHops: nextHops(family) ?? [], attributes: attributesFor(routes[0]!, peer) }
      for (const { update, items } of packRoutes(family, routes, ({ prefix }) => prefix, said)) {
        for (const { key, prefix, attributesKey } of items) this.#sent.set(key, { prefix, attributesKey })
        yield update
      }
    }
  }
}
