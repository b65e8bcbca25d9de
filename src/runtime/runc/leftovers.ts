import type { Leftover } from './bundle/container-record.ts'

/** What containers have left that were never done, until it has been taken away. */
export class Leftovers {
  readonly #left = new Map<string, Leftover>()
  readonly #takeAway: (leftover: Leftover) => boolean
  readonly #onError: (error: unknown) => void

  /** `takeAway`: false, or throws, where not all of it goes now, as of a process that takes a moment to end. */
  constructor(takeAway: (leftover: Leftover) => boolean, onError: (error: unknown) => void) {
    this.#takeAway = takeAway
    this.#onError = onError
  }

  /** Takes it away, now or with a sweep. Never throws. */
  add(leftover: Leftover): void {
    this.#left.set(leftover.id, leftover)
    try {
      if (this.#takeAway(leftover)) this.#left.delete(leftover.id)
    } catch (error) {
      this.#onError(error)
    }
  }

  /** Tries again. */
  sweep(): void {
    for (const leftover of [...this.#left.values()]) this.add(leftover)
  }

  /**
   * Takes away what is left of that name, or in that cgroup, before another has it, and leaves it alone from then on. Throws where
   * it cannot be done now.
   */
  clear(id: string, cgroupsPath: string): void {
    for (const leftover of [...this.#left.values()]) {
      if (leftover.id !== id && leftover.cgroupsPath !== cgroupsPath) continue
      this.#takeAway(leftover)
      this.#left.delete(leftover.id)
    }
  }
}
