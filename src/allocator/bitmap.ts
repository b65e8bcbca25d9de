/** A source of chance, injected: an integer in [0, below). */
export type Random = (below: number) => number

/**
 * Numbered slots, taken and free, in two bands: a request without a number draws from the upper band (at `offset` and
 * above) while that has room, so that explicit requests find the lower one mostly free (KEP-3070 for ClusterIPs,
 * KEP-3668 for node ports).
 */
export class Bitmap {
  readonly size: number
  readonly #offset: number
  readonly #taken = new Set<number>()
  #takenLow = 0

  constructor(size: number, offset: number) {
    this.size = size
    this.#offset = Math.min(offset, size)
  }

  get free(): number {
    return this.size - this.#taken.size
  }

  has(slot: number): boolean {
    return this.#taken.has(slot)
  }

  /** False where it is taken already. */
  take(slot: number): boolean {
    if (this.#taken.has(slot)) return false
    this.#taken.add(slot)
    if (slot < this.#offset) this.#takenLow++
    return true
  }

  /**
   * A random free slot of the upper band, of the lower one where that is full; undefined where both are. Does not take
   * it.
   */
  pick(random: Random): number | undefined {
    const highFree = this.size - this.#offset - (this.#taken.size - this.#takenLow)
    if (highFree > 0) return this.#pickIn(this.#offset, this.size, random)
    if (this.#offset - this.#takenLow > 0) return this.#pickIn(0, this.#offset, random)
    return undefined
  }

  release(slot: number): void {
    if (this.#taken.delete(slot) && slot < this.#offset) this.#takenLow--
  }

  /** Starts at a random place and goes round: one draw, and a full scan only where nearly all is taken. */
  #pickIn(from: number, to: number, random: Random): number {
    const length = to - from
    const start = random(length)
    for (let step = 0; step < length; step++) {
      const slot = from + ((start + step) % length)
      if (!this.#taken.has(slot)) return slot
    }
    throw new RangeError('no free slot in a band that counts one')
  }
}

/** Both KEPs' band: min(max(16, size / 16), limit), and no band at all where the range is too small for one. */
export const bandOffset = (size: number, limit: number): number => {
  if (size <= 16) return 0
  return Math.min(Math.max(16, Math.floor(size / 16)), limit)
}
