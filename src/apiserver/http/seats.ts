/** Gives a seat back; more than once is once. */
export type Release = () => void

export interface SeatLimits {
  /** Requests that are worked on at the same time, of all users together, and of one. */
  readonly all: number
  readonly each: number
  /** Requests of one user that wait for a seat. */
  readonly waiting: number
  /** How long one waits, milliseconds. */
  readonly patience: number
}

/** Kubernetes' own number for all; a wait is a quarter of the time that a request has. */
const LIMITS: SeatLimits = { all: 600, each: 200, waiting: 1000, patience: 15_000 }

interface Waiter {
  /** Undefined: in vain. */
  settle(release: Release | undefined): void
}

interface User {
  readonly name: string
  taken: number
  /** In the order in which they came. */
  readonly waiting: Set<Waiter>
}

/**
 * Who is worked on: a user has so many seats at most, and where there is none left those who wait are seated in turns,
 * a user after the other, however many requests each has. So nobody who asks much keeps out who asks little.
 */
export class Seats {
  readonly #limits: SeatLimits
  readonly #users = new Map<string, User>()
  /** Those who wait; who was seated goes behind all others. */
  readonly #queue = new Set<User>()
  #taken = 0

  constructor(limits: Partial<SeatLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  get taken(): number {
    return this.#taken
  }

  /** A seat where there is one; nobody goes ahead of others of the same user. */
  take(name: string): Release | undefined {
    const user = this.#user(name)
    const { all, each } = this.#limits
    if (user.waiting.size > 0 || this.#taken >= all || user.taken >= each) return undefined
    return this.#seat(user)
  }

  /** A seat when there is one; undefined where too many wait, where that takes too long, or once `gone` aborts. */
  wait(name: string, gone: AbortSignal): Promise<Release | undefined> {
    const user = this.#user(name)
    const { waiting, patience } = this.#limits
    if (user.waiting.size >= waiting || gone.aborted) {
      this.#forget(user)
      return Promise.resolve(undefined)
    }
    return new Promise((resolve) => {
      const leave = (): void => waiter.settle(undefined)
      const timer = setTimeout(leave, patience).unref()
      const waiter: Waiter = {
        settle: (release) => {
          clearTimeout(timer)
          gone.removeEventListener('abort', leave)
          user.waiting.delete(waiter)
          if (user.waiting.size === 0) this.#queue.delete(user)
          this.#forget(user)
          resolve(release)
        },
      }
      gone.addEventListener('abort', leave)
      user.waiting.add(waiter)
      this.#queue.add(user)
    })
  }

  #user(name: string): User {
    let user = this.#users.get(name)
    if (!user) {
      user = { name, taken: 0, waiting: new Set() }
      this.#users.set(name, user)
    }
    return user
  }

  #seat(user: User): Release {
    user.taken++
    this.#taken++
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      user.taken--
      this.#taken--
      this.#forget(user)
      this.#seatNext()
    }
  }

  #seatNext(): void {
    const { all, each } = this.#limits
    if (this.#taken >= all) return
    for (const user of this.#queue) {
      if (user.taken >= each) continue
      const [waiter] = user.waiting
      this.#queue.delete(user)
      this.#queue.add(user)
      const release = this.#seat(user)
      waiter!.settle(release)
      return
    }
  }

  #forget(user: User): void {
    if (user.taken === 0 && user.waiting.size === 0) this.#users.delete(user.name)
  }
}
