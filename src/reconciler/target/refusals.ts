const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 30_000

/** How long to wait after so many failures in a row: 100 ms, then twice as long as before, up to `most`. */
export const backoff = (failures: number, most = LAST_RETRY_MS): number =>
  Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), most)

/** What was refused, and when it is tried again. Times are milliseconds since the epoch. */
export interface Refusal<Key> {
  readonly key: Key
  readonly error: Error
  /** In a row. */
  readonly attempts: number
  readonly retryAt: number
}

/** What cannot be written, each tried again by itself. */
export class Refusals<Key> {
  readonly #refusals = new Map<Key, Refusal<Key>>()
  readonly #onRefusal: (refusal: Refusal<Key>) => void

  /** Told of each refusal that is not the same as the key's last one. */
  constructor(onRefusal: (refusal: Refusal<Key>) => void) {
    this.#onRefusal = onRefusal
  }

  add(key: Key, error: Error, now: number): Refusal<Key> {
    const before = this.#refusals.get(key)
    const attempts = (before?.attempts ?? 0) + 1
    const refusal = { key, error, attempts, retryAt: now + backoff(attempts) }
    this.#refusals.set(key, refusal)
    if (before?.error.message !== error.message) this.#onRefusal(refusal)
    return refusal
  }

  /** It is written. */
  delete(key: Key): void {
    this.#refusals.delete(key)
  }

  get(key: Key): Refusal<Key> | undefined {
    return this.#refusals.get(key)
  }

  get size(): number {
    return this.#refusals.size
  }

  list(): readonly Refusal<Key>[] {
    return [...this.#refusals.values()]
  }

  /** When the next one is to be tried again; Infinity: none. */
  get retryAt(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { retryAt } of this.#refusals.values()) first = Math.min(first, retryAt)
    return first
  }

  *dueAt(now: number): Generator<Key> {
    for (const { key, retryAt } of this.#refusals.values()) if (retryAt <= now) yield key
  }
}
