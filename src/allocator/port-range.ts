import { AllocationError } from './address-range.ts'
import { Bitmap, type Random } from './bitmap.ts'

/** KEP-3668: the lower band of node ports is min(max(16, size / 32), 128), and none in a range of up to 16. */
const bandOf = (size: number): number => (size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128))

/** Node ports, both ends of the range included. A port belongs to one Service, whatever its protocols. */
export class PortRange {
  readonly from: number
  readonly to: number
  readonly #slots: Bitmap

  constructor(from: number, to: number) {
    this.from = from
    this.to = to
    const size = to - from + 1
    this.#slots = new Bitmap(size, bandOf(size))
  }

  get free(): number {
    return this.#slots.free
  }

  /** Throws ALLOCATION_EXHAUSTED. */
  takeNext(random: Random): number {
    const slot = this.#slots.pick(random)
    if (slot === undefined) throw new AllocationError('ALLOCATION_EXHAUSTED', 'range is full')
    this.#slots.take(slot)
    return this.from + slot
  }

  /** Throws ALLOCATION_TAKEN or ALLOCATION_OUT_OF_RANGE. */
  take(port: number): void {
    if (!this.#contains(port)) {
      throw new AllocationError(
        'ALLOCATION_OUT_OF_RANGE',
        `provided port is not in the valid range. The range of valid ports is ${this.from}-${this.to}`,
      )
    }
    if (!this.#slots.take(port - this.from)) {
      throw new AllocationError('ALLOCATION_TAKEN', 'provided port is already allocated')
    }
  }

  release(port: number): void {
    if (this.#contains(port)) this.#slots.release(port - this.from)
  }

  has(port: number): boolean {
    return this.#contains(port) && this.#slots.has(port - this.from)
  }

  #contains(port: number): boolean {
    return port >= this.from && port <= this.to
  }
}
