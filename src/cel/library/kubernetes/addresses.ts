import { type Cidr as CidrRange, containsAddress, containsCidr, tryParseCidr } from '#net/cidr.ts'
import { familyBits, formatAddress, type IpAddress, isIpv4Mapped, tryParseAddress } from '#net/ip-address.ts'
import { CelError } from '../../values/cel-error.ts'
import { Opaque } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'

class Ip extends Opaque {
  readonly typeName = 'net.IP'
  readonly address: IpAddress
  constructor(address: IpAddress) {
    super()
    this.address = address
  }

  equals(other: Opaque): boolean {
    return (
      other instanceof Ip && other.address.family === this.address.family && other.address.value === this.address.value
    )
  }

  override get size(): number {
    return familyBits(this.address.family) / 8
  }
}

/** A network, and the address that it was written with. */
class Cidr extends Opaque {
  readonly typeName = 'net.CIDR'
  readonly address: IpAddress
  readonly range: CidrRange
  constructor(address: IpAddress, range: CidrRange) {
    super()
    this.address = address
    this.range = range
  }

  get prefix(): number {
    return this.range.prefix
  }

  equals(other: Opaque): boolean {
    return other instanceof Cidr && other.prefix === this.prefix && new Ip(this.address).equals(new Ip(other.address))
  }

  override get size(): number {
    return Math.ceil(this.prefix / 8)
  }
}

const shown = (text: string): string => JSON.stringify(text)

const ipOf = (text: string): Ip => {
  const [bare = '', zone] = text.split('%')
  const address = tryParseAddress(bare)
  if (address === undefined) {
    const why = `ParseAddr(${shown(text)}): unable to parse IP`
    throw new CelError(`IP Address ${shown(text)} parse error during conversion from string: ${why}`)
  }
  if (zone !== undefined) throw new CelError(`IP address ${shown(text)} with zone value is not allowed`)
  if (isIpv4Mapped(address)) throw new CelError(`IPv4-mapped IPv6 address ${shown(text)} is not allowed`)
  return new Ip(address)
}

const FAILED = 'network address parse error during conversion from string'

const cidrOf = (text: string): Cidr => {
  const range = tryParseCidr(text, { hostBitsAllowed: true })
  const address = tryParseAddress(text.split('/')[0]!)
  if (range === undefined || address === undefined)
    throw new CelError(
      `${FAILED}: ${FAILED}: netip.ParsePrefix(${shown(text)}): no '/'`.replace(
        /no '\/'$/,
        text.includes('/') ? 'ParseAddr: unable to parse IP' : "no '/'",
      ),
    )
  if (isIpv4Mapped(address)) throw new CelError(`${FAILED}: IPv4-mapped IPv6 address ${shown(text)} is not allowed`)
  return new Cidr(address, range)
}

const isRight =
  (parse: (text: string) => Opaque) =>
  (text: string): boolean => {
    try {
      parse(text)
      return true
    } catch (error) {
      if (error instanceof CelError) return false
      throw error
    }
  }

/** Of an address of 128 bits and of one of 32: whether it lies in a range. */
const lies = (address: IpAddress, four: string, six: string): boolean =>
  containsAddress(tryParseCidr(address.family === 'IPv4' ? four : six)!, address)

const isUnspecified = ({ address }: Ip): boolean => address.value === 0n
const isLoopback = ({ address }: Ip): boolean => lies(address, '127.0.0.0/8', '::1/128')
const isMulticast = ({ address }: Ip): boolean => lies(address, '224.0.0.0/4', 'ff00::/8')
const isLinkLocal = ({ address }: Ip): boolean => lies(address, '169.254.0.0/16', 'fe80::/10')
/** `ff02::/16` under any flags. */
const isLinkLocalMulticast = ({ address }: Ip): boolean =>
  address.family === 'IPv4'
    ? lies(address, '224.0.0.0/24', '::/0')
    : address.value >> 120n === 0xffn && ((address.value >> 112n) & 0xfn) === 2n
const isGlobalUnicast = (ip: Ip): boolean =>
  !isUnspecified(ip) &&
  !isLoopback(ip) &&
  !isMulticast(ip) &&
  !isLinkLocal(ip) &&
  !(ip.address.family === 'IPv4' && ip.address.value === 0xffffffffn)

const text = ({ address }: Ip): string => formatAddress(address)

const containsIp = ({ range }: Cidr, { address }: Ip): boolean => containsAddress(range, address)
const contains = (outer: Cidr, inner: Cidr): boolean => containsCidr(outer.range, inner.range)

/** Addresses and networks: `ip("10.0.0.1")`, `cidr("10.0.0.0/8")`. */
export const addresses: readonly Overload[] = [
  global('string_to_ip', 'ip(string): IP', ipOf),
  global('ip_is_canonical', 'ip.isCanonical(string): bool', (written: string) => text(ipOf(written)) === written),
  global('is_ip', 'isIP(string): bool', isRight(ipOf)),
  global('ip_to_string', 'string(IP): string', text),
  member('ip_family', 'IP.family(): int', ({ address }: Ip) => (address.family === 'IPv4' ? 4n : 6n)),
  member('ip_is_unspecified', 'IP.isUnspecified(): bool', isUnspecified),
  member('ip_is_loopback', 'IP.isLoopback(): bool', isLoopback),
  member('ip_is_link_local_multicast', 'IP.isLinkLocalMulticast(): bool', isLinkLocalMulticast),
  member('ip_is_link_local_unicast', 'IP.isLinkLocalUnicast(): bool', isLinkLocal),
  member('ip_is_global_unicast', 'IP.isGlobalUnicast(): bool', isGlobalUnicast),
  global('string_to_cidr', 'cidr(string): CIDR', cidrOf),
  global('is_cidr', 'isCIDR(string): bool', isRight(cidrOf)),
  global(
    'cidr_to_string',
    'string(CIDR): string',
    ({ address, prefix }: Cidr) => `${formatAddress(address)}/${prefix}`,
  ),
  member('cidr_contains_ip_string', 'CIDR.containsIP(string): bool', (range: Cidr, other: string) =>
    containsIp(range, ipOf(other)),
  ),
  member('cidr_contains_ip_ip', 'CIDR.containsIP(IP): bool', containsIp),
  member('cidr_contains_cidr_string', 'CIDR.containsCIDR(string): bool', (range: Cidr, other: string) =>
    contains(range, cidrOf(other)),
  ),
  member('cidr_contains_cidr', 'CIDR.containsCIDR(CIDR): bool', contains),
  member('cidr_ip', 'CIDR.ip(): IP', ({ address }: Cidr) => new Ip(address)),
  member('cidr_prefix_length', 'CIDR.prefixLength(): int', ({ prefix }: Cidr) => BigInt(prefix)),
  member('cidr_masked', 'CIDR.masked(): CIDR', ({ range }: Cidr) => new Cidr(range.address, range)),
]
