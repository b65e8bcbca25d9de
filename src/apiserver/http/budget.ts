/** What somebody has of a Budget. */
export interface Hold {
  /** False, and nothing taken, where there is no room for that many octets more. */
  take(octets: number): boolean
  /** Gives all of it back. */
  end(): void
}

interface Holder {
  octets: number
  readonly since: number
  readonly giveWay: () => void
}

/**
 * Octets that may be held at the same time for one purpose, by all requests of the process together: the heap is one,
 * too. Where there is no room, those who have held theirs for longest give way, if they had time enough: clients that
 * send or read nothing must not keep all others out.
 */
export class Budget {
  readonly #limit: number
  readonly #grace: number
  readonly #now: () => number
  /** Oldest first. */
  readonly #holders = new Set<Holder>()
  #held = 0

  /** `grace`: milliseconds that everybody has before giving way. */
  constructor(limit: number, grace: number, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#grace = grace
    this.#now = now
  }

  get held(): number {
    return this.#held
  }

  /** `giveWay` must end the hold, at once. */
  hold(giveWay: () => void): Hold {
    const holder: Holder = { octets: 0, since: this.#now(), giveWay }
    this.#holders.add(holder)
    return {
      take: (octets) => {
        if (!this.#holders.has(holder) || !this.#makeRoom(octets, holder)) return false
        holder.octets += octets
        this.#held += octets
        return true
      },
      end: () => this.#end(holder),
    }
  }

  #end(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#held -= holder.octets
  }

  /** Nobody gives way where that would not be enough. */
  #makeRoom(octets: number, asking: Holder): boolean {
    let room = this.#limit - this.#held
    if (octets <= room) return true
    const leaving: Holder[] = []
    const before = this.#now() - this.#grace
    for (const holder of this.#holders) {
      if (holder.since > before) break
      if (holder === asking) continue
      leaving.push(holder)
      room += holder.octets
      if (octets > room) continue
      for (const { giveWay } of leaving) giveWay()
      for (const gone of leaving) this.#end(gone)
      return true
    }
    return false
  }
}
