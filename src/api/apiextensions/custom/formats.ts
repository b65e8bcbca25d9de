import { tryParseCidr } from '#net/cidr.ts'
import { tryParseAddress } from '#net/ip-address.ts'

type Test = (text: string) => boolean

const matching =
  (expression: RegExp): Test =>
  (text) =>
    expression.test(text)

/** Numbers of an IPv4 address may begin with zeros, as they might once. */
const withoutZeros = (text: string): string => text.replace(/(^|\.)0+(?=\d)/g, '$1')

const isIpv4: Test = (text) => text.includes('.') && tryParseAddress(withoutZeros(text)) !== undefined
const isIpv6: Test = (text) => text.includes(':') && tryParseAddress(text) !== undefined
const isCidr: Test = (text) => tryParseCidr(withoutZeros(text), { hostBitsAllowed: true }) !== undefined

const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u
const isHostname: Test = (text) =>
  text.length <= 255 && HOSTNAME.test(text) && text.split('.').every((part) => part.length <= 63)

/** An absolute path, or a URI with a scheme: as a request names what it asks for. */
const isUri: Test = (text) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return false
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(text)?.[0] ?? ''
  const rest = text.slice(scheme.length)
  if (!rest.startsWith('/')) return scheme !== ''
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return true
  const authority = /^\/\/([^/?#]*)/.exec(rest)![1]!
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return /^(\[[0-9a-fA-F:.%]+\]|[^\s<>"\\^`{|}[\]:]*)(:\d*)?$/.test(host)
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\uffff-]+"
const ADDRESS = `(?:${ATOM}(?:\\.${ATOM})*|"(?:[^"\\\\\\r\\n]|\\\\.)*")@(?:${ATOM}(?:\\.${ATOM})*|\\[[^\\]\\s]*\\])`
const EMAIL = new RegExp(`^\\s*(?:${ADDRESS}|(?:"(?:[^"\\\\]|\\\\.)*"|[^<>"@,;:()]*)\\s*<${ADDRESS}>)\\s*$`)

const HEX_PAIRS = /^(?:[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1)*[0-9a-fA-F]{2}|[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})*)$/
const isMac: Test = (text) => HEX_PAIRS.test(text) && [12, 16, 40].includes(text.replace(/[:.-]/g, '').length)

const digitsOf = (text: string): number[] => [...text].map(Number)

const isIsbn10: Test = (text) => {
  const plain = text.replace(/[\s-]+/g, '')
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(plain)) return false
  const sum = [...plain].reduce((total, digit, at) => total + (at + 1) * (digit === 'X' ? 10 : Number(digit)), 0)
  return sum % 11 === 0
}
const isIsbn13: Test = (text) => {
  const plain = text.replace(/[\s-]+/g, '')
  if (!/^[0-9]{13}$/.test(plain)) return false
  return digitsOf(plain).reduce((total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 3), 0) % 10 === 0
}

const CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/
const isCreditCard: Test = (text) => {
  const plain = text.replace(/[^0-9]+/g, '')
  if (!CARD.test(plain)) return false
  const sum = digitsOf(plain)
    .reverse()
    .reduce((total, digit, at) => total + (at % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2), 0)
  return sum % 10 === 0
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isDate: Test = (text) => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return false
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 && isLeap ? 29 : DAYS[month - 1]
  return days !== undefined && day >= 1 && day <= days
}
const isDateTime: Test = (text) => {
  const [date = '', time = ''] = text.toLowerCase().split('t')
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time)
  return isDate(date) && match !== null && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59'
}

const GO_DURATION = /^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
/** Units as words, of which the last of each list may go on: `3 minutes`. */
const UNITS = ['ns', 'nano', 'us', 'µs', 'micro', 'ms', 'milli', 's', 'sec', 'm', 'min', 'h', 'hr', 'hour', 'd', 'day']
const LONG_UNIT = /^(nano|micro|milli|sec|min|hour|day|week)/
const isDuration: Test = (text) => {
  if (GO_DURATION.test(text)) return true
  return [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, word = '']) => {
    const unit = word.toLowerCase()
    return UNITS.includes(unit) || ['w', 'wk', 'week'].includes(unit) || LONG_UNIT.test(unit)
  })
}

const SHORT_NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'

/**
 * The formats that a schema may ask texts for, by their names without hyphens. All others are passed over; who declares
 * one is told so.
 */
const FORMATS: ReadonlyMap<string, Test> = new Map([
  ['bsonobjectid', matching(/^[0-9a-fA-F]{24}$/)],
  ['uri', isUri],
  ['email', matching(EMAIL)],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ['uuid3', matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ['uuid4', matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ['uuid5', matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ['hexcolor', matching(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  [
    'rgbcolor',
    matching(
      /^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
    ),
  ],
  ['byte', matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ['password', () => true],
  ['date', isDate],
  ['datetime', isDateTime],
  ['duration', isDuration],
  ['k8sshortname', (text) => text.length <= 63 && new RegExp(`^${SHORT_NAME}$`).test(text)],
  ['k8slongname', (text) => text.length <= 253 && new RegExp(`^${SHORT_NAME}(?:\\.${SHORT_NAME})*$`).test(text)],
])

/** The test of a format of texts, by its name without hyphens; undefined for one that nobody knows. */
export const textFormat = (name: string): Test | undefined => FORMATS.get(name)
