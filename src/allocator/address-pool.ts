import { canonicalAddress, type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import { AddressRange, AllocationError } from './address-range.ts'
import type { Random } from './bitmap.ts'

interface Entry {
  readonly range: AddressRange
  /** New addresses are given out of it. */
  isOpen: boolean
}

/**
 * ClusterIPs of one family, out of as many ranges as there are. Ranges may overlap: what one has given out is taken in
 * all.
 */
export class AddressPool {
  readonly family: IpFamily
  /** By what was added; the first are asked first. */
  readonly #entries = new Map<string, Entry>()
  /** All that was given out, also by ranges that are gone. */
  readonly #taken = new Set<string>()

  /** With this range, open. Throws NetError CIDR_INVALID. */
  constructor(cidr: string) {
    const range = new AddressRange(cidr)
    this.family = range.family
    this.#entries.set(range.cidr, { range, isOpen: true })
  }

  /** The open ranges, in the order in which they are asked. */
  get cidrs(): readonly string[] {
    return [...this.#entries.values()].flatMap(({ range, isOpen }) => (isOpen ? [range.cidr] : []))
  }

  /**
   * From now on these are its ranges, and new addresses come from those that are open. What has been given out stays
   * taken, also outside of all. Ranges of the other family are passed over. Throws NetError CIDR_INVALID.
   */
  setRanges(ranges: readonly { readonly cidr: string; readonly isOpen: boolean }[]): void {
    const wanted = new Map<string, boolean>()
    for (const { cidr, isOpen } of ranges) wanted.set(cidr, isOpen || wanted.get(cidr) === true)
    for (const [cidr, isOpen] of wanted) {
      const known = this.#entries.get(cidr)
      if (known) known.isOpen = isOpen
      else this.#add(cidr, isOpen)
    }
    for (const cidr of this.#entries.keys()) if (!wanted.has(cidr)) this.#entries.delete(cidr)
  }

  #add(cidr: string, isOpen: boolean): void {
    const range = new AddressRange(cidr)
    if (range.family !== this.family) return
    for (const address of this.#taken) if (range.contains(address)) range.take(address)
    this.#entries.set(cidr, { range, isOpen })
  }

  /** Takes a free address of the first open range that has one. Throws ALLOCATION_EXHAUSTED. */
  takeNext(random: Random): string {
    for (const { range, isOpen } of this.#entries.values()) {
      if (!isOpen || range.free === 0) continue
      const address = range.takeNext(random)
      this.#mark(address)
      return address
    }
    throw new AllocationError('ALLOCATION_EXHAUSTED', 'range is full')
  }

  /**
   * Takes this address. Throws ALLOCATION_TAKEN, or ALLOCATION_OUT_OF_RANGE where no open range gives it out, in the words
   * of Kubernetes: others where a range has it as its first or last address.
   */
  take(address: string): void {
    const open = [...this.#entries.values()].filter(({ isOpen }) => isOpen).map(({ range }) => range)
    const range = open.find((one) => one.contains(address)) ?? open.find((one) => one.spans(address))
    if (range === undefined)
      throw new AllocationError('ALLOCATION_OUT_OF_RANGE', 'the provided network does not match the current range')
    range.take(address)
    this.#mark(address)
  }

  /** No error where it was free or is none of ours. */
  release(address: string): void {
    if (tryParseAddress(address)) this.#taken.delete(canonicalAddress(address))
    for (const { range } of this.#entries.values()) range.release(address)
  }

  /** Whether it is one that an open range can give out, taken or not. */
  contains(address: string): boolean {
    return [...this.#entries.values()].some(({ range, isOpen }) => isOpen && range.contains(address))
  }

  has(address: string): boolean {
    return tryParseAddress(address) !== undefined && this.#taken.has(canonicalAddress(address))
  }

  #mark(address: string): void {
    this.#taken.add(canonicalAddress(address))
    for (const { range } of this.#entries.values())
      if (range.contains(address) && !range.has(address)) range.take(address)
  }
}
