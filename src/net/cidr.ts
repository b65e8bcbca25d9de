import { familyBits, formatAddress, type IpAddress, NetError, tryParseAddress } from './ip-address.ts'

/** A network: its first address and the length of its prefix. Bits behind the prefix are zero. */
export interface Cidr {
  readonly address: IpAddress
  readonly prefix: number
}

const hostBits = ({ address, prefix }: Cidr): bigint => BigInt(familyBits(address.family) - prefix)

/** Undefined where the text is no CIDR, or where bits behind the prefix are set and `hostBitsAllowed` is not. */
export const tryParseCidr = (text: string, options?: { readonly hostBitsAllowed?: boolean }): Cidr | undefined => {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = tryParseAddress(text.slice(0, slash))
  const length = text.slice(slash + 1)
  if (address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined
  const prefix = Number(length)
  if (prefix > familyBits(address.family)) return undefined
  const bits = hostBits({ address, prefix })
  const first = (address.value >> bits) << bits
  if (first !== address.value && options?.hostBitsAllowed !== true) return undefined
  return { address: { family: address.family, value: first }, prefix }
}

/**
 * Strict: no leading zeros, and no bits set behind the prefix. Throws NetError CIDR_INVALID, which names the network
 * meant.
 */
export const parseCidr = (text: string): Cidr => {
  const cidr = tryParseCidr(text)
  if (cidr !== undefined) return cidr
  const masked = tryParseCidr(text, { hostBitsAllowed: true })
  throw new NetError(
    'CIDR_INVALID',
    masked === undefined
      ? `${JSON.stringify(text)} is not a CIDR; write it as 10.9.8.0/24 or 2001:db8::/64`
      : `${JSON.stringify(text)} has bits set behind its prefix; the network is ${formatCidr(masked)}`,
  )
}

/** `10.96.0.0/16`, canonical. */
export const formatCidr = ({ address, prefix }: Cidr): string => `${formatAddress(address)}/${prefix}`

/** Number of addresses, the first and the last included. */
export const cidrSize = (cidr: Cidr): bigint => 1n << hostBits(cidr)

/** Whether an address lies in a range; never where the families differ. */
export const containsAddress = (cidr: Cidr, address: IpAddress): boolean =>
  cidr.address.family === address.family && (address.value ^ cidr.address.value) >> hostBits(cidr) === 0n

/** Whether all of `inner` lies in `outer`. */
export const containsCidr = (outer: Cidr, inner: Cidr): boolean =>
  outer.prefix <= inner.prefix && containsAddress(outer, inner.address)

/** Networks never cross halfway: they overlap only where one holds the other. */
export const overlaps = (left: Cidr, right: Cidr): boolean => containsCidr(left, right) || containsCidr(right, left)

/**
 * The address at `index` from the first, 0; from the last where negative, -1. Throws NetError ADDRESS_OUT_OF_RANGE
 * outside.
 */
export const nthAddress = (cidr: Cidr, index: bigint | number): IpAddress => {
  const size = cidrSize(cidr)
  const offset = BigInt(index) < 0n ? size + BigInt(index) : BigInt(index)
  if (offset < 0n || offset >= size)
    throw new NetError('ADDRESS_OUT_OF_RANGE', `${formatCidr(cidr)} has ${size} addresses and no number ${index}`)
  return { family: cidr.address.family, value: cidr.address.value + offset }
}

/**
 * The `index`th network of length `prefix` inside `cidr`: 10.244.0.0/16 has 10.244.1.0/24 at 1. Throws NetError
 * ADDRESS_OUT_OF_RANGE.
 */
export const nthSubnet = (cidr: Cidr, prefix: number, index: bigint | number): Cidr => {
  const bits = BigInt(familyBits(cidr.address.family))
  const offset = BigInt(index)
  if (prefix < cidr.prefix || BigInt(prefix) > bits || offset < 0n || offset >= 1n << BigInt(prefix - cidr.prefix))
    throw new NetError('ADDRESS_OUT_OF_RANGE', `${formatCidr(cidr)} holds no /${prefix} number ${index}`)
  const value = cidr.address.value + (offset << (bits - BigInt(prefix)))
  return { address: { family: cidr.address.family, value }, prefix }
}
