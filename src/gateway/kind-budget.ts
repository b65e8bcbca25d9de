import type { Clock } from '#clock/clock.ts'

/** New kinds that are taken at once when nothing has come for long, and how long until there is room for one more. */
const AT_ONCE = 16
const EACH_MS = 60_000
/** Kinds that there may be together. */
const MOST = 64

/** Said of a rule whose kind has to wait. */
export const WAITS = `its requests are tried once meanwhile: of retries that nobody has asked for before the proxy takes up ${AT_ONCE} at once, then one in a minute, and has ${MOST} at most`

/**
 * Which kinds of backends a proxy may be reloaded for: whoever may write a route could else have it reloaded as often as
 * they like, and each reload ends old connections sooner.
 */
export class KindBudget {
  readonly #clock: Clock
  readonly #taken = new Set<string>()
  #room = AT_ONCE
  #since: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.now()
  }

  /**
   * Of the kinds that are wanted those that have to wait; `known`: those that the proxy has, or had before it starts.
   * `againMs`: there may be room then.
   */
  waiting(
    known: ReadonlySet<string>,
    wanted: ReadonlySet<string>,
    isStart = false,
  ): { readonly kinds: ReadonlySet<string>; readonly againMs: number } {
    this.#fill()
    for (const kind of this.#taken) if (!wanted.has(kind)) this.#taken.delete(kind)
    const kinds = new Set<string>()
    // The same at each proxy, as far as they have the same.
    const inTurn = [...wanted].sort()
    for (const kind of [...inTurn.filter((one) => known.has(one)), ...inTurn.filter((one) => !known.has(one))]) {
      if (this.#taken.has(kind)) continue
      const isKnown = isStart || known.has(kind)
      if (this.#taken.size < MOST && (isKnown || this.#room > 0)) {
        if (!isKnown) this.#room--
        this.#taken.add(kind)
      } else kinds.add(kind)
    }
    return { kinds, againMs: this.#since + EACH_MS - this.#clock.now() }
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
