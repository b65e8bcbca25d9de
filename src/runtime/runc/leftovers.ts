import type { Leftover } from './bundle/container-record.ts'

/** What containers have left that were never done, until it has been taken away. */
export class Leftovers {
  readonly #left = new Map<string, Leftover>()
  readonly #takeAway: (leftover: Leftover) => void
  readonly #onError: (error: unknown) => void

  /** `takeAway`: throws where it cannot be done now. */
  constructor(takeAway: (leftover: Leftover) => void, onError: (error: unknown) => void) {
    this.#takeAway = takeAway
    this.#onError = onError
  }

  /** Takes it away, now or with a sweep. Never throws. */
  add(leftover: Leftover): void {
    this.#left.set(leftover.id, leftover)
    try {
      this.#takeAway(leftover)
      this.#left.delete(leftover.id)
    } catch (error) {
      this.#onError(error)
    }
  }

  /** Tries again. */
  sweep(): void {
    for (const leftover of [...this.#left.values()]) this.add(leftover)
  }

  /** Takes away what is left of that name, before another has it. Throws where it cannot be done now. */
  clear(id: string): void {
    const leftover = this.#left.get(id)
    if (leftover === undefined) return
    this.#takeAway(leftover)
    this.#left.delete(id)
  }
}
