import { formatBytes, tryAddressBytes } from '#net/ip-address.ts'

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/**
 * The one spelling of an address, so that text can be compared; undefined for what is none. Old objects may hold
 * leading zeros or IPv4 in IPv6: they are passed over, as current API servers refuse them. IPv4, by far the most, is
 * not taken apart.
 */
export function canonical(text: string): string | undefined {
  if (IPV4.test(text)) return text
  const bytes = tryAddressBytes(text)
  const address = bytes && formatBytes(bytes)
  // Of IPv6 only what holds an IPv4 address is written with dots.
  return address?.includes('.') ? undefined : address
}
