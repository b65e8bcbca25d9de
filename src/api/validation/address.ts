import { tryParseCidr } from '#net/cidr.ts'
import { toBytes, tryParseAddress } from '#net/ip-address.ts'
import { type FieldError, invalid } from './field-error.ts'

export const checkAddress = (text: string, field: string): readonly FieldError[] =>
  tryParseAddress(text) ? [] : [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]

export const checkCidr = (text: string, field: string): readonly FieldError[] =>
  // Kubernetes takes 10.0.0.1/8 for 10.0.0.0/8 here, for the sake of old objects.
  tryParseCidr(text, { hostBitsAllowed: true })
    ? []
    : [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]

/**
 * An endpoint or external IP is neither unspecified, loopback nor link-local: it would mean another machine on each
 * node.
 */
export const checkNonSpecialAddress = (text: string, field: string): readonly FieldError[] => {
  const address = tryParseAddress(text)
  if (!address) return checkAddress(text, field)
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
