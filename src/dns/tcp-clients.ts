/** A connection's place among those that are open. */
interface TcpPlace {
  /** It has asked something: others are the older ones now. */
  active(): void
  end(): void
}

interface Holder {
  readonly client: string
  readonly giveWay: () => void
}

/**
 * TCP connections of all clients together, of which there may be so many: each is a descriptor of the process, and the
 * process has other things to open. Where there is no room for one more, the client that has the most loses the one
 * that has been silent for longest; who floods is in its own way, and in nobody else's.
 */
export class TcpClients {
  readonly #most: number
  /** By client's address, silent for longest first. */
  readonly #holders = new Map<string, Set<Holder>>()
  #size = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  /** A place for a connection of `client`. `giveWay` is called when it has lost it. */
  admit(client: string, giveWay: () => void): TcpPlace {
    const holder: Holder = { client, giveWay }
    const own = this.#holders.get(client) ?? new Set()
    this.#holders.set(client, own.add(holder))
    this.#size++
    if (this.#size > this.#most) this.#makeRoom()
    return {
      active: () => {
        if (own.delete(holder)) own.add(holder)
      },
      end: () => this.#end(holder),
    }
  }

  /** The newcomer is the last of its client's, and the last client where it is its only one: it never leaves. */
  #makeRoom(): void {
    let largest: ReadonlySet<Holder> = new Set()
    for (const holders of this.#holders.values()) if (holders.size > largest.size) largest = holders
    const [oldest] = largest
    if (!oldest) return
    this.#end(oldest)
    oldest.giveWay()
  }

  #end(holder: Holder): void {
    const own = this.#holders.get(holder.client)
    if (!own?.delete(holder)) return
    this.#size--
    if (own.size === 0) this.#holders.delete(holder.client)
  }
}
