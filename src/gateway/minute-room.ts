import type { Clock } from '#clock/clock.ts'

/** What is taken at once when nothing has come for long, and how long until there is room for one more. */
export const AT_ONCE = 16
const EACH_MS = 60_000

/** Room for so much at once, then for one more each minute. */
export class MinuteRoom {
  readonly #clock: Clock
  #room = AT_ONCE
  #since: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.now()
  }

  /** Whether there is room for one, which is taken then. */
  take(): boolean {
    this.#fill()
    if (this.#room === 0) return false
    this.#room--
    return true
  }

  /** Until there may be room for one more. */
  get againMs(): number {
    this.#fill()
    return this.#since + EACH_MS - this.#clock.now()
  }

  #fill(): void {
    const more = Math.floor((this.#clock.now() - this.#since) / EACH_MS)
    if (this.#room + more >= AT_ONCE) {
      this.#room = AT_ONCE
      this.#since = this.#clock.now()
    } else {
      this.#room += more
      this.#since += more * EACH_MS
    }
  }
}

/** Kinds of what only another configuration can say, each by the namespaces that want it. */
export type WantedKinds = ReadonlyMap<string, ReadonlySet<string>>

/** Those that have to wait, and until when there may be room. */
export interface LateKinds {
  readonly kinds: ReadonlySet<string>
  readonly againMs: number
}
