/**
 * Octets that may be held at the same time for one purpose, by all requests of the process together: the heap is one,
 * too.
 */
export class Budget {
  readonly #limit: number
  #held = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get held(): number {
    return this.#held
  }

  /** False, and nothing taken, where it would be more than the limit. */
  take(octets: number): boolean {
    if (this.#held + octets > this.#limit) return false
    this.#held += octets
    return true
  }

  give(octets: number): void {
    this.#held -= octets
  }
}

/** Bodies of requests that are still being read: some forty of the largest size. */
export const bodies = new Budget(128 * 1024 * 1024)
/** Answers that their clients have not taken yet. */
export const answers = new Budget(256 * 1024 * 1024)

/** How long a client may take to send a body, or to take an answer: upstream's --request-timeout, milliseconds. */
export const PATIENCE = 60_000
