/** A moment: seconds since 1970 and the nanoseconds after them, never negative. */
interface Instant {
  readonly seconds: number
  readonly nanos: number
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** Go's zero time, which Kubernetes reads as absent. */
const ZERO = -62135596800

/** Whether it has a form in RFC 3339, which writes the years 0 to 9999. */
export const isWritable = ({ seconds }: Instant): boolean => seconds >= -62167219200 && seconds <= 253402300799

/** Seconds since 1970 when a day begins; undefined where the calendar has no such day. */
const startOfDay = (year: number, month: number, day: number): number | undefined => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 1000 : undefined
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
  const midnight = startOfDay(year, month, day)
  // As Go takes them: a whole day and a whole hour may be said as an offset.
  if (midnight === undefined || hour > 23 || minute > 59 || second > 59 || offsetHour > 24 || offsetMinute > 60)
    return undefined
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -60 : 60)
  const instant = {
    seconds: midnight + hour * 3600 + minute * 60 + second - offset,
    nanos: Number((match[7] ?? '').padEnd(9, '0')),
  }
  return isWritable(instant) ? instant : undefined
}

const formatSeconds = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19)

/** `2026-11-21T02:49:33Z`: meta/v1 Time holds whole seconds. */
export const formatTime = ({ seconds }: Instant): string => `${formatSeconds(seconds)}Z`

/** `2026-11-21T02:49:33.000000Z`: meta/v1 MicroTime, always six digits. */
export const formatMicroTime = ({ seconds, nanos }: Instant): string =>
  `${formatSeconds(seconds)}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`

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
