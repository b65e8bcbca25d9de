import { type FieldError, invalid } from './field-error.ts'

export interface ParsedAddress {
  readonly family: 4 | 6
  /** Four or sixteen bytes. */
  readonly bytes: readonly number[]
}

/**
 * Reads an IP address. Leading zeros in an IPv4 part are refused: some readers take them for octal.
 *
 * @returns undefined when it is none
 */
export const readAddress = (text: string): ParsedAddress | undefined => {
  if (!text.includes(':')) {
    const bytes = readV4(text)
    return bytes && { family: 4, bytes }
  }
  const bytes = readV6(text)
  return bytes && { family: 6, bytes }
}

const readV4 = (text: string): readonly number[] | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.map(Number)
}

const readV6 = (text: string): readonly number[] | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const read = (half: string): readonly number[] | undefined => {
    if (half === '') return []
    const parts = half.split(':')
    const bytes: number[] = []
    for (const [index, part] of parts.entries()) {
      if (part.includes('.') && index === parts.length - 1) {
        const v4 = readV4(part)
        if (v4 === undefined) return undefined
        bytes.push(...v4)
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
        const value = Number.parseInt(part, 16)
        bytes.push(value >> 8, value & 255)
      } else return undefined
    }
    return bytes
  }
  const head = read(halves[0]!)
  const tail = halves.length === 2 ? read(halves[1]!) : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined
  return [...head, ...Array<number>(missing).fill(0), ...tail]
}

export const checkAddress = (text: string, field: string): readonly FieldError[] =>
  readAddress(text) ? [] : [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]

export const checkCidr = (text: string, field: string): readonly FieldError[] => {
  const match = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text)
  const address = match ? readAddress(match[1]!) : undefined
  if (address && Number(match![2]) <= address.bytes.length * 8) return []
  return [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
}

/** An endpoint or external IP is neither unspecified, loopback nor link-local: it would mean another machine on each node. */
export const checkNonSpecialAddress = (text: string, field: string): readonly FieldError[] => {
  const address = readAddress(text)
  if (!address) return checkAddress(text, field)
  const { family, bytes } = address
  const errors: FieldError[] = []
  const v4 = family === 4
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
