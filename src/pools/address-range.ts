import { cidrSize, nthAddress, parseCidr } from '#net/cidr.ts'
import { compareAddresses, formatAddress, type IpAddress, NetError, parseAddress } from '#net/ip-address.ts'

/** Addresses that follow one another, of one family; both ends belong to it. */
export interface AddressRange {
  readonly from: IpAddress
  readonly to: IpAddress
}

/**
 * All addresses of `192.0.2.1-192.0.2.9` or of a CIDR, the first and the last of it included: as MetalLB reads them.
 * Throws NetError.
 */
export const parseAddressRange = (text: string): AddressRange => {
  const dash = text.indexOf('-')
  if (dash < 0) {
    const cidr = parseCidr(text.trim())
    return { from: cidr.address, to: nthAddress(cidr, cidrSize(cidr) - 1n) }
  }
  const range = { from: parseAddress(text.slice(0, dash).trim()), to: parseAddress(text.slice(dash + 1).trim()) }
  if (range.from.family !== range.to.family || compareAddresses(range.from, range.to) > 0)
    throw new NetError(
      'CIDR_INVALID',
      `${JSON.stringify(text)}: the first address must be below the last, of the same family`,
    )
  return range
}

export const inRange = (range: AddressRange, address: IpAddress): boolean =>
  range.from.family === address.family && range.from.value <= address.value && address.value <= range.to.value

export const rangesOverlap = (left: AddressRange, right: AddressRange): boolean =>
  left.from.family === right.from.family && left.from.value <= right.to.value && right.from.value <= left.to.value

/** `192.0.2.1-192.0.2.9, fd00::1-fd00::9` */
export const rangesText = (ranges: readonly AddressRange[]): string =>
  ranges.map(({ from, to }) => `${formatAddress(from)}-${formatAddress(to)}`).join(', ')
