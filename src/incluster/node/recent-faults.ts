import type { Clock } from '#clock/clock.ts'

/** What fails again and again is tried every ten seconds at the latest: one that is older is over. Milliseconds. */
const RECENT_MS = 30_000

/** What went wrong of late between this process and the API server, by what was tried. */
export class RecentFaults {
  readonly #clock: Pick<Clock, 'now'>
  readonly #faults = new Map<string, { readonly at: number; readonly message: string }>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** True where it is news: another message than the last one, or none for a while. */
  note(what: string, error: unknown): boolean {
    const message = error instanceof Error ? error.message : String(error)
    const before = this.#faults.get(what)
    const at = this.#clock.now()
    this.#faults.set(what, { at, message })
    return before === undefined || before.message !== message || at - before.at >= RECENT_MS
  }

  /** A line each: `list services: services is forbidden`. */
  list(): readonly string[] {
    const since = this.#clock.now() - RECENT_MS
    for (const [what, { at }] of this.#faults) if (at <= since) this.#faults.delete(what)
    return [...this.#faults].map(([what, { message }]) => `${what}: ${message}`)
  }
}
