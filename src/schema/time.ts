/** A moment: seconds since 1970 and the nanoseconds after them, never negative. */
interface Instant {
  readonly seconds: number
  readonly nanos: number
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** Go's zero time, which Kubernetes reads as absent. */
const ZERO = -62135596800

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysIn = (year: number, month: number): number =>
  month === 2 ? (leap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant's days_from_civil: years begin in March). */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468
}

/** RFC 3339; undefined where the text is no moment. */
export const parseTime = (text: string): Instant | undefined => {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 24 || offsetMinute > 59) return undefined
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -60 : 60)
  return {
    seconds: daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset,
    nanos: Number((match[7] ?? '').padEnd(9, '0')),
  }
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

const formatSeconds = (seconds: number): string => {
  const days = Math.floor(seconds / 86400)
  const rest = seconds - days * 86400
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}`
}

/** `2026-11-21T02:49:33Z`: meta/v1 Time holds whole seconds. */
export const formatTime = ({ seconds }: Instant): string => `${formatSeconds(seconds)}Z`

/** `2026-11-21T02:49:33.000000Z`: meta/v1 MicroTime, always six digits. */
export const formatMicroTime = ({ seconds, nanos }: Instant): string =>
  `${formatSeconds(seconds)}.${pad(Math.floor(nanos / 1000), 6)}Z`

/** The text in UTC and whole seconds; '' for Go's zero time; undefined where it is no moment. */
export const canonicalTime = (text: string): string | undefined => {
  if (CANONICAL.test(text) && !text.startsWith('0001-')) return text
  const instant = parseTime(text)
  if (instant === undefined) return undefined
  return isZeroTime(instant) ? '' : formatTime(instant)
}

/** The text in UTC with six digits; '' for Go's zero time; undefined where it is no moment. */
export const canonicalMicroTime = (text: string): string | undefined => {
  const instant = parseTime(text)
  if (instant === undefined) return undefined
  return isZeroTime(instant) ? '' : formatMicroTime(instant)
}

const isZeroTime = ({ seconds, nanos }: Instant): boolean => seconds === ZERO && nanos === 0

const UNITS: { readonly [unit: string]: number } = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }

/** Nanoseconds of Go's duration text, `1h2m3.5s`; undefined where it is none or past 2^53. */
export const parseDuration = (text: string): number | undefined => {
  if (text === '0') return 0
  if (!/^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) total += Number(number) * UNITS[unit!]!
  total = Math.round(total)
  if (!Number.isSafeInteger(total)) return undefined
  return text.startsWith('-') ? -total : total
}

/** Nanoseconds as Go writes them: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export const formatDuration = (nanoseconds: number): string => {
  if (nanoseconds === 0) return '0s'
  const sign = nanoseconds < 0 ? '-' : ''
  const value = Math.abs(nanoseconds)
  if (value < 1e3) return `${sign}${value}ns`
  if (value < 1e6) return `${sign}${value / 1e3}µs`
  if (value < 1e9) return `${sign}${value / 1e6}ms`
  const hours = Math.floor(value / 3600e9)
  const minutes = Math.floor((value % 3600e9) / 60e9)
  const seconds = `${(value % 60e9) / 1e9}s`
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}`
}
