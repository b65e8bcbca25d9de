/** Arithmetic on address ranges, IPv4 and IPv6 alike: an address is a number of 32 or 128 bits. */

export type Bits = 32 | 128

export interface AddressRange {
  readonly bits: Bits
  /** First address. */
  readonly base: bigint
  readonly prefixLength: number
}

/** The number of an IPv4 or IPv6 address; undefined where the text is none. IPv4 in IPv6 text (`::ffff:1.2.3.4`) is read, zones are not. */
export function parseAddress(text: string): { readonly bits: Bits; readonly value: bigint } | undefined {
  if (!text.includes(':')) {
    const parts = text.split('.')
    if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
      return undefined
    return { bits: 32, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) }
  }
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted !== null) {
    const low = parseAddress(dotted[2] as string)
    if (low === undefined) return undefined
    return parseAddress(`${dotted[1]}${(low.value >> 16n).toString(16)}:${(low.value & 0xffffn).toString(16)}`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return { bits: 128, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) }
}

/** Canonical text: dotted IPv4, IPv6 by RFC 5952. */
export function formatAddress(bits: Bits, value: bigint): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - index * 16)) & 0xffffn))
  let best = { at: -1, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (at + length < 8 && groups[at + length] === 0) length++
    if (length > best.length) best = { at, length }
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  return best.at < 0 ? hex(groups) : `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`
}

/** `10.244.0.0/16`; undefined where the text is no range, or has host bits set (`10.244.0.1/16`). */
export function parseRange(text: string): AddressRange | undefined {
  const parts = /^([^/]+)\/(\d{1,3})$/.exec(text)
  const address = parts === null ? undefined : parseAddress(parts[1] as string)
  if (parts === null || address === undefined) return undefined
  const prefixLength = Number(parts[2])
  if (prefixLength > address.bits) return undefined
  const range = { bits: address.bits, base: address.value, prefixLength }
  return address.value % rangeSize(range) === 0n ? range : undefined
}

/** As parseRange(), for text that is known to be one: of a configuration that was checked when it was made. */
export function knownRange(text: string): AddressRange {
  const range = parseRange(text)
  if (range === undefined) throw new RangeError(`${text} is not an address range`)
  return range
}

export function formatRange({ bits, base, prefixLength }: AddressRange): string {
  return `${formatAddress(bits, base)}/${prefixLength}`
}

/** How many addresses. */
export function rangeSize({ bits, prefixLength }: Pick<AddressRange, 'bits' | 'prefixLength'>): bigint {
  return 1n << BigInt(bits - prefixLength)
}

/** The address `offset` after the first one. */
export function addressAt(range: AddressRange, offset: bigint | number): string {
  return formatAddress(range.bits, range.base + BigInt(offset))
}

/** The `index`-th block of `prefixLength` in a range. */
export function blockAt(range: AddressRange, prefixLength: number, index: bigint | number): AddressRange {
  const block = { bits: range.bits, prefixLength }
  return { ...block, base: range.base + BigInt(index) * rangeSize(block) }
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.bits === b.bits && a.base < b.base + rangeSize(b) && b.base < a.base + rangeSize(a)
}

export function contains(range: AddressRange, address: string): boolean {
  const parsed = parseAddress(address)
  if (parsed === undefined || parsed.bits !== range.bits) return false
  return parsed.value >= range.base && parsed.value < range.base + rangeSize(range)
}

/** How far an address is from the first one of its range. */
export function offsetIn(range: AddressRange, address: string): number | undefined {
  return contains(range, address) ? Number((parseAddress(address)?.value ?? 0n) - range.base) : undefined
}
