import type { Clock } from '#clock/clock.ts'

// Kubernetes' own: a pod that fails at once is not replaced at full speed.
const FIRST_MS = 1000
const LONGEST_MS = 15 * 60_000

interface Entry {
  readonly since: number
  readonly delay: number
}

/** How long a failed pod is let lie, by whatever it is counted for: nothing at first, then twice as long each time. */
export class Patience {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds that are left. */
  left(key: string): number {
    const entry = this.#fresh(key)
    return entry ? Math.max(0, entry.since + entry.delay - this.#clock.now()) : 0
  }

  /** One more has failed and is replaced now. */
  lose(key: string): void {
    const before = this.#fresh(key)
    const delay = before ? Math.min(before.delay * 2, LONGEST_MS) : FIRST_MS
    this.#entries.set(key, { since: this.#clock.now(), delay })
  }

  /** What has been well for long enough begins anew. */
  #fresh(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry && this.#clock.now() - entry.since > 2 * LONGEST_MS) this.#entries.delete(key)
    return this.#entries.get(key)
  }

  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key)
  }
}
