import { type Cidr, cidrSize, containsAddress, formatCidr, nthAddress, parseCidr } from '#net/cidr.ts'
import { formatAddress, type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import { Bitmap, bandOffset, type Random } from './bitmap.ts'

type AllocationErrorCode = 'ALLOCATION_TAKEN' | 'ALLOCATION_OUT_OF_RANGE' | 'ALLOCATION_EXHAUSTED'

/** Why nothing was taken. The message is Kubernetes' own, for the cause of a 422. */
export class AllocationError extends Error {
  readonly code: AllocationErrorCode
  constructor(code: AllocationErrorCode, message: string) {
    super(message)
    this.name = 'AllocationError'
    this.code = code
  }
}

/** A larger range is used by its first 2^30 addresses: slots are small integers. */
const MOST_ADDRESSES = 1n << 30n
/** KEP-3070. */
const LARGEST_BAND = 256

/** The address at this place of a range: 1 is the `kubernetes` Service's. */
export const serviceAddress = (cidr: string, index: number): string => formatAddress(nthAddress(parseCidr(cidr), index))

/** ClusterIPs of one family. The network's own address and, in IPv4, the broadcast address are never given out. */
export class AddressRange {
  readonly cidr: string
  readonly family: IpFamily
  readonly #range: Cidr
  readonly #slots: Bitmap

  /** Throws NetError CIDR_INVALID. */
  constructor(cidr: string) {
    this.#range = parseCidr(cidr)
    this.cidr = formatCidr(this.#range)
    this.family = this.#range.address.family
    const size = cidrSize(this.#range)
    const usable = (size < MOST_ADDRESSES ? size : MOST_ADDRESSES) - (this.family === 'IPv4' ? 2n : 1n)
    const count = Math.max(0, Number(usable))
    this.#slots = new Bitmap(count, bandOffset(count, LARGEST_BAND))
  }

  get free(): number {
    return this.#slots.free
  }

  /** Takes a free address, of the upper band while there are any. Throws ALLOCATION_EXHAUSTED. */
  takeNext(random: Random): string {
    const slot = this.#slots.pick(random)
    if (slot === undefined) throw new AllocationError('ALLOCATION_EXHAUSTED', 'range is full')
    this.#slots.take(slot)
    return formatAddress(nthAddress(this.#range, slot + 1))
  }

  /** Takes this address. Throws ALLOCATION_TAKEN or ALLOCATION_OUT_OF_RANGE. */
  take(address: string): void {
    const slot = this.#slotOf(address)
    if (slot === undefined) {
      throw new AllocationError(
        'ALLOCATION_OUT_OF_RANGE',
        `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.cidr}`,
      )
    }
    if (!this.#slots.take(slot)) throw new AllocationError('ALLOCATION_TAKEN', 'provided IP is already allocated')
  }

  /** No error where it was free or is none of ours. */
  release(address: string): void {
    const slot = this.#slotOf(address)
    if (slot !== undefined) this.#slots.release(slot)
  }

  /** Whether it is one that can be given out, taken or not. */
  contains(address: string): boolean {
    return this.#slotOf(address) !== undefined
  }

  /** Whether it is between its first and last address, also one of those that are never given out. */
  spans(text: string): boolean {
    const address = tryParseAddress(text)
    return address !== undefined && containsAddress(this.#range, address)
  }

  has(address: string): boolean {
    const slot = this.#slotOf(address)
    return slot !== undefined && this.#slots.has(slot)
  }

  #slotOf(text: string): number | undefined {
    const address = tryParseAddress(text)
    if (!address || !containsAddress(this.#range, address)) return undefined
    const slot = Number(address.value - this.#range.address.value) - 1
    return slot >= 0 && slot < this.#slots.size ? slot : undefined
  }
}
