import { type Cidr, containsAddress, nthAddress } from '#net/cidr.ts'
import { formatAddress, tryParseAddress } from '#net/ip-address.ts'

/** Canonical text of the address `offset` after the first one; throws NetError ADDRESS_OUT_OF_RANGE. */
export function addressAt(range: Cidr, offset: bigint | number): string {
  return formatAddress(nthAddress(range, offset))
}

/** Whether an address in text lies in the range; what is no address does not. */
export function holds(range: Cidr, address: string): boolean {
  const parsed = tryParseAddress(address)
  return parsed !== undefined && containsAddress(range, parsed)
}
