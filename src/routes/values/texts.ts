import { formatCidr, tryParseCidr } from '#net/cidr.ts'
import { familyBits, tryParseAddress } from '#net/ip-address.ts'

const TRUE = new Set(['1', 't', 'T', 'true', 'True', 'TRUE'])
const FALSE = new Set(['0', 'f', 'F', 'false', 'False', 'FALSE'])

/** As Go reads them; undefined for another text. */
export const readBoolean = (text: string): boolean | undefined => {
  if (TRUE.has(text)) return true
  return FALSE.has(text) ? false : undefined
}

/** A whole number that is not negative, and at most `most`; undefined for another text. */
export const readNumber = (text: string, most = Number.MAX_SAFE_INTEGER): number | undefined => {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  return number <= most ? number : undefined
}

const UNITS: { readonly [unit: string]: number } = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 }

/** Octets of `8m`, `64k`, `1g`, `1024`; undefined for another text. */
export const readSize = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d{1,9})([kmg]?)$/i.exec(text) ?? []
  return digits === '' ? undefined : Number(digits) * UNITS[unit.toLowerCase()]!
}

/** The parts between commas, without blanks around them, empty ones left out. */
export const readList = (text: string): readonly string[] =>
  text.split(',').flatMap((part) => {
    const trimmed = part.trim()
    return trimmed === '' ? [] : [trimmed]
  })

/** Addresses and CIDRs between commas, as canonical CIDRs, and apart from them what is neither. */
export const readRanges = (text: string): { readonly ranges: readonly string[]; readonly odd: readonly string[] } => {
  const ranges: string[] = []
  const odd: string[] = []
  for (const part of readList(text)) {
    const address = tryParseAddress(part)
    const cidr = address
      ? { address, prefix: familyBits(address.family) }
      : tryParseCidr(part, { hostBitsAllowed: true })
    if (cidr === undefined) odd.push(part)
    else ranges.push(formatCidr(cidr))
  }
  return { ranges, odd }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Whether a header, a method or a cookie may have this name. */
export const isToken = (text: string): boolean => TOKEN.test(text)

/** Whether a text may stand in a header, or in an address behind the host: no blanks, no controls, ASCII alone. */
export const isVisible = (text: string): boolean => /^[!-~]+$/.test(text)
