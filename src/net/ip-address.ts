export type IpFamily = 'IPv4' | 'IPv6'

/**
 * An address as a number of 32 or 128 bits; the family tells the width. Two are the same where both are; order them
 * with `compareAddresses`.
 */
export interface IpAddress {
  readonly family: IpFamily
  readonly value: bigint
}

/** What was to be an address or a CIDR is none. */
export class NetError extends Error {
  readonly code: 'ADDRESS_INVALID' | 'CIDR_INVALID' | 'ADDRESS_OUT_OF_RANGE'
  constructor(code: NetError['code'], message: string) {
    super(message)
    this.name = 'NetError'
    this.code = code
  }
}

/** Bits of an address of this family. */
export const familyBits = (family: IpFamily): 32 | 128 => (family === 'IPv4' ? 32 : 128)

const COLON = 58
const DOT = 46
const ZERO = 48
const NINE = 57

const parseIpv4 = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(4)
  let part = 0
  /** -1: it has no digit yet. */
  let value = -1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= ZERO && code <= NINE) {
      // No leading zeros, as Go's netip: 010 is eight to some readers and ten to others.
      if (value === 0) return undefined
      value = (value < 0 ? 0 : value * 10) + code - ZERO
      if (value > 255) return undefined
    } else {
      if (code !== DOT || value < 0 || part === 3) return undefined
      bytes[part++] = value
      value = -1
    }
  }
  if (part < 3 || value < 0) return undefined
  bytes[3] = value
  return bytes
}

/** The value of a hexadecimal digit, -1 for another letter. */
const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** Letter by letter: a node with thousands of dual-stack Services reads hundreds of thousands. */
const parseIpv6 = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(16)
  let written = 0
  let gap = text.startsWith('::') ? 0 : -1
  for (let at = gap < 0 ? 0 : 2; at < text.length; ) {
    if (written === 16) return undefined
    const start = at
    let group = 0
    for (let digit = hexDigit(text.charCodeAt(at)); digit >= 0; digit = hexDigit(text.charCodeAt(++at)))
      group = group * 16 + digit
    if (text.charCodeAt(at) === DOT) {
      // A dotted quad may be the end.
      const quad = parseIpv4(text.slice(start))
      if (quad === undefined || written > 12) return undefined
      bytes.set(quad, written)
      written += 4
      break
    }
    if (at === start || at > start + 4) return undefined
    bytes[written++] = group >> 8
    bytes[written++] = group & 255
    if (at === text.length) break
    if (text.charCodeAt(at++) !== COLON || at === text.length) return undefined
    if (text.charCodeAt(at) !== COLON) continue
    if (gap >= 0) return undefined
    gap = written
    at++
  }
  if (gap < 0) return written === 16 ? bytes : undefined
  // `::` stands for at least one group.
  if (written > 14) return undefined
  const tail = 16 - (written - gap)
  bytes.copyWithin(tail, gap, written)
  return bytes.fill(0, gap, tail)
}

/** 4 or 16 bytes in network order; undefined where the text is no address. */
export const tryAddressBytes = (text: string): Uint8Array | undefined =>
  text.includes(':') ? parseIpv6(text) : parseIpv4(text)

/** Undefined where the text is no address. Zones (`fe80::1%eth0`) are none, nor are octets with leading zeros. */
export const tryParseAddress = (text: string): IpAddress | undefined => {
  if (text === latest.text) return latest.address
  const bytes = tryAddressBytes(text)
  const address = bytes && fromBytes(bytes)
  latest = { text, address }
  return address
}

/** Whoever checks, allocates and names an address reads it a dozen times in a row. */
let latest: { readonly text: string; readonly address: IpAddress | undefined } = { text: '', address: undefined }

/** Throws NetError ADDRESS_INVALID. */
export const parseAddress = (text: string): IpAddress => {
  const address = tryParseAddress(text)
  if (address === undefined)
    throw new NetError(
      'ADDRESS_INVALID',
      `${JSON.stringify(text)} is not an IP address; write it as 10.9.8.7 or 2001:db8::ffff`,
    )
  return address
}

/** The family of an address in text, undefined where it is none. */
export const familyOf = (text: string): IpFamily | undefined => tryParseAddress(text)?.family

/** Whether the address is an IPv4 one written in IPv6, ::ffff:10.0.0.1. */
export const isIpv4Mapped = ({ family, value }: IpAddress): boolean => family === 'IPv6' && value >> 32n === 0xffffn

const formatIpv4 = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`

/**
 * Start and length of the longest run of zero groups, the first of equals; RFC 5952 4.2: a single group is not
 * shortened.
 */
const longestZeroRun = (groups: readonly number[]): { readonly start: number; readonly length: number } => {
  let best = { start: -1, length: 1 }
  let start = -1
  for (let index = 0; index < groups.length; index++) {
    if (groups[index] !== 0) {
      start = -1
      continue
    }
    if (start < 0) start = index
    if (index - start + 1 > best.length) best = { start, length: index - start + 1 }
  }
  return best
}

const formatIpv6 = (groups: readonly number[]): string => {
  const hex = groups.map((group) => group.toString(16))
  const { start, length } = longestZeroRun(groups)
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

/** The one canonical text: dotted decimal; RFC 5952 for IPv6 (`2001:db8::1`, `::ffff:10.0.0.1`). */
export const formatAddress = (address: IpAddress): string => {
  const { family, value } = address
  if (family === 'IPv4') return formatIpv4(Number(value))
  if (isIpv4Mapped(address)) return `::ffff:${formatIpv4(Number(value & 0xffffffffn))}`
  const groups: number[] = []
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn))
  return formatIpv6(groups)
}

/** The same of 4 or 16 bytes in network order. */
export const formatBytes = (bytes: Uint8Array): string => {
  if (bytes.length === 4) return bytes.join('.')
  const groups: number[] = []
  for (let at = 0; at < bytes.length; at += 2) groups.push(((bytes[at] as number) << 8) | (bytes[at + 1] as number))
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  return isMapped ? `::ffff:${bytes.subarray(12).join('.')}` : formatIpv6(groups)
}

/** Canonical text of an address in text; throws NetError ADDRESS_INVALID. */
export const canonicalAddress = (text: string): string => formatAddress(parseAddress(text))

/** 4 or 16 bytes in network order. */
export const toBytes = ({ family, value }: IpAddress): Uint8Array => {
  const bytes = new Uint8Array(familyBits(family) / 8)
  let rest = value
  for (let index = bytes.length - 1; index >= 0; index--) {
    bytes[index] = Number(rest & 255n)
    rest >>= 8n
  }
  return bytes
}

/** 4 or 16 bytes of an address in text, in network order; throws NetError ADDRESS_INVALID. */
export const addressBytes = (text: string): Uint8Array => tryAddressBytes(text) ?? toBytes(parseAddress(text))

/** The address of 4 or 16 bytes in network order; throws NetError ADDRESS_INVALID for another number of them. */
export const fromBytes = (bytes: Uint8Array): IpAddress => {
  if (bytes.length !== 4 && bytes.length !== 16)
    throw new NetError('ADDRESS_INVALID', `an IP address has 4 or 16 bytes, not ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return bytes.length === 4
    ? { family: 'IPv4', value: BigInt(view.getUint32(0)) }
    : { family: 'IPv6', value: (view.getBigUint64(0) << 64n) | view.getBigUint64(8) }
}

/** The address `offset` further on (negative: back); throws NetError ADDRESS_OUT_OF_RANGE past the family's ends. */
export const addOffset = (address: IpAddress, offset: bigint | number): IpAddress => {
  const value = address.value + BigInt(offset)
  if (value < 0n || value >> BigInt(familyBits(address.family)) !== 0n)
    throw new NetError(
      'ADDRESS_OUT_OF_RANGE',
      `${formatAddress(address)} moved by ${offset} is no ${address.family} address`,
    )
  return { family: address.family, value }
}

/** For `sort`: IPv4 before IPv6, then by number. */
export const compareAddresses = (left: IpAddress, right: IpAddress): number => {
  if (left.family !== right.family) return left.family === 'IPv4' ? -1 : 1
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0
}
