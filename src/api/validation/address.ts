import { formatCidr, tryParseCidr } from '#net/cidr.ts'
import { formatAddress, type IpAddress, isIpv4Mapped, toBytes, tryParseAddress } from '#net/ip-address.ts'
import { type FieldError, invalid } from './field-error.ts'

/** The same without zeros before a number, which old parsers passed over and others read as octal. */
const withoutLeadingZeros = (text: string): string => text.replace(/(^|[.:/])0+(?=[0-9a-f])/gi, '$1')

/**
 * Strict, as Kubernetes 1.36 (KEP-4858): no leading zeros, and no IPv4 address in IPv6 clothes, since programs disagree
 * on what either means. Another spelling of an IPv6 address than RFC 5952's is taken; see `addressWarnings`. The KEP
 * lets an update keep what is stored: here nothing was ever stored that is not strict.
 */
export const checkAddress = (text: string, field: string): readonly FieldError[] => {
  const address = tryParseAddress(text)
  if (address) return isIpv4Mapped(address) ? [invalid(field, text, 'must not be an IPv4-mapped IPv6 address')] : []
  return [
    tryParseAddress(withoutLeadingZeros(text))
      ? invalid(field, text, 'must not have leading 0s')
      : invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  ]
}

/** As strict, and no bits behind the prefix: 10.0.0.1/8 may be meant as 10.0.0.0/8 or as 10.0.0.1/32. */
export const checkCidr = (text: string, field: string): readonly FieldError[] => {
  const loosely = { hostBitsAllowed: true }
  const cidr = tryParseCidr(text, loosely)
  if (cidr === undefined) {
    return [
      tryParseCidr(withoutLeadingZeros(text), loosely)
        ? invalid(field, text, 'must not have leading 0s in IP or prefix length')
        : invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
    ]
  }
  const address = tryParseAddress(text.slice(0, text.indexOf('/')))
  if (address && isIpv4Mapped(address)) return [invalid(field, text, 'must not have an IPv4-mapped IPv6 address')]
  return tryParseCidr(text) ? [] : [invalid(field, text, 'must not have bits set beyond the prefix length')]
}

/** As checkCidr(), and in its one canonical form. */
export const checkCanonicalCidr = (text: string, field: string): readonly FieldError[] => {
  const errors = checkCidr(text, field)
  const cidr = errors.length > 0 ? undefined : tryParseCidr(text)
  if (cidr === undefined || formatCidr(cidr) === text) return errors
  return [invalid(field, text, `must be in canonical form ("${formatCidr(cidr)}")`)]
}

/** What is said to who writes an IPv6 address in another than its one canonical form: compared as text, it differs. */
export const addressWarnings = (text: string, field: string): readonly string[] => {
  const address = tryParseAddress(text)
  const canonical = address && formatAddress(address)
  return canonical === undefined || canonical === text
    ? []
    : [`${field}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format ("${canonical}")`]
}

export const cidrWarnings = (text: string, field: string): readonly string[] => {
  const cidr = tryParseCidr(text)
  const canonical = cidr && formatCidr(cidr)
  return canonical === undefined || canonical === text
    ? []
    : [`${field}: IPv6 CIDR value ${JSON.stringify(text)} should be in RFC 5952 canonical format ("${canonical}")`]
}

/**
 * An endpoint or external IP is neither unspecified, loopback nor link-local: it would mean another machine on each
 * node.
 */
export const checkNonSpecialAddress = (text: string, field: string): readonly FieldError[] => {
  const errors = checkAddress(text, field)
  const address = tryParseAddress(text)
  return errors.length > 0 || address === undefined ? errors : specialErrors(address, text, field)
}

const specialErrors = (address: IpAddress, text: string, field: string): readonly FieldError[] => {
  const { family } = address
  const bytes = toBytes(address)
  const errors: FieldError[] = []
  const v4 = family === 'IPv4'
  const last = bytes[bytes.length - 1]!
  const rest = bytes.slice(0, -1)
  const allZero = rest.every((byte) => byte === 0)
  if (allZero && last === 0) errors.push(invalid(field, text, `may not be unspecified (${text})`))
  if (v4 ? bytes[0] === 127 : allZero && last === 1)
    errors.push(invalid(field, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
  if (v4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80)
    errors.push(invalid(field, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
  if (v4 ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0 : bytes[0] === 0xff && (bytes[1]! & 0x0f) === 2)
    errors.push(invalid(field, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))
  return errors
}
