/** What somebody has of a Budget. */
export interface Hold {
  /** False, and nothing taken, where there is no room for that many octets more. */
  take(octets: number): boolean
  /** Gives all of it back. */
  end(): void
}

interface Holder {
  octets: number
  /** Whose it is. */
  readonly owner: string
  readonly since: number
  readonly giveWay: () => void
}

/**
 * Octets that may be held at the same time for one purpose, by all requests of the process together: the heap is one,
 * too; half of them by one owner. Where there is no room, those who have held theirs for longest give way, if they had
 * time enough: clients that send or read nothing must not keep all others out.
 */
export class Budget {
  readonly #limit: number
  readonly #grace: number
  readonly #now: () => number
  /** Oldest first. */
  readonly #holders = new Set<Holder>()
  readonly #byOwner = new Map<string, number>()
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
  hold(giveWay: () => void, owner: string): Hold {
    const holder: Holder = { octets: 0, owner, since: this.#now(), giveWay }
    this.#holders.add(holder)
    return {
      take: (octets) => {
        if (!this.#holders.has(holder) || !this.#makeRoom(octets, holder)) return false
        holder.octets += octets
        this.#add(owner, octets)
        return true
      },
      end: () => this.#end(holder),
    }
  }

  #end(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#add(holder.owner, -holder.octets)
  }

  #add(owner: string, octets: number): void {
    this.#held += octets
    const own = (this.#byOwner.get(owner) ?? 0) + octets
    if (own > 0) this.#byOwner.set(owner, own)
    else this.#byOwner.delete(owner)
  }

  /** Nobody gives way where that would not be enough, and no other owner for one who has its share. */
  #makeRoom(octets: number, asking: Holder): boolean {
    let room = this.#limit - this.#held
    let share = this.#limit / 2 - (this.#byOwner.get(asking.owner) ?? 0)
    const isEnough = (): boolean => octets <= room && octets <= share
    if (isEnough()) return true
    const before = this.#now() - this.#grace
    const others = [...this.#holders].filter((holder) => holder !== asking && holder.since <= before)
    const isOwn = ({ owner }: Holder): boolean => owner === asking.owner
    const leaving: Holder[] = []
    for (const holder of [...others.filter(isOwn), ...others.filter((one) => !isOwn(one))]) {
      if (isEnough()) break
      leaving.push(holder)
      room += holder.octets
      if (isOwn(holder)) share += holder.octets
    }
    if (!isEnough()) return false
    for (const { giveWay } of leaving) giveWay()
    for (const gone of leaving) this.#end(gone)
    return true
  }
}
