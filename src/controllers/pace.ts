import type { Clock } from '#clock/clock.ts'

/** Long enough for many pods that start together, and shorter than anybody notices. */
const PAUSE_MS = 50

/**
 * Puts changes of one key together that come in quick succession: the first is written at once, and one that may wait comes
 * this long after the write before it, with all that has changed meanwhile.
 */
export class Pace {
  readonly #clock: Clock
  /** When each was written last. */
  readonly #written = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds until a change that may wait is to be written; undefined: now. */
  waits(key: string): number | undefined {
    const left = (this.#written.get(key) ?? Number.NEGATIVE_INFINITY) + PAUSE_MS - this.#clock.now()
    return left > 0 ? left : undefined
  }

  /** It is being written. */
  note(key: string): void {
    this.#written.set(key, this.#clock.now())
  }

  /** The key is gone. */
  forget(key: string): void {
    this.#written.delete(key)
  }
}
