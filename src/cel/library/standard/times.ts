import { CelError } from '../../values/cel-error.ts'
import type { Duration, Timestamp } from '../../values/time.ts'
import { member, type Overload } from '../overload.ts'

/** A moment as a clock and a calendar show it: a Date whose UTC is what is shown there. */
const shown = ({ nanos }: Timestamp, zone: string): Date => {
  const millis = Number((nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n)
  if (zone === '' || zone === 'UTC') return new Date(millis)
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3])
    return new Date(millis + (offset[1] === '-' ? -minutes : minutes) * 60_000)
  }
  return new Date(millis + zoneOffset(millis, zone))
}

const NUMBERS: Intl.DateTimeFormatOptions = Object.fromEntries(
  ['year', 'month', 'day', 'hour', 'minute', 'second'].map((part) => [part, 'numeric']),
)

const zoneOffset = (millis: number, timeZone: string): number => {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...NUMBERS })
  } catch {
    throw new CelError(`unknown time zone ${timeZone}`)
  }
  const parts = Object.fromEntries(
    format.formatToParts(new Date(millis)).map(({ type, value }) => [type, Number(value)]),
  )
  const there = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!)
  return there - Math.floor(millis / 1000) * 1000
}

const dayOfYear = (date: Date): number => {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return (day - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000
}

const PARTS: readonly (readonly [name: string, id: string, part: (date: Date) => number])[] = [
  ['getFullYear', 'year', (date) => date.getUTCFullYear()],
  ['getMonth', 'month', (date) => date.getUTCMonth()],
  ['getDayOfYear', 'day_of_year', dayOfYear],
  ['getDayOfMonth', 'day_of_month', (date) => date.getUTCDate() - 1],
  ['getDate', 'day_of_month_1_based', (date) => date.getUTCDate()],
  ['getDayOfWeek', 'day_of_week', (date) => date.getUTCDay()],
  ['getHours', 'hours', (date) => date.getUTCHours()],
  ['getMinutes', 'minutes', (date) => date.getUTCMinutes()],
  ['getSeconds', 'seconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', 'milliseconds', (date) => date.getUTCMilliseconds()],
]

const SPANS: readonly (readonly [name: string, id: string, nanos: bigint])[] = [
  ['getHours', 'hours', 3_600_000_000_000n],
  ['getMinutes', 'minutes', 60_000_000_000n],
  ['getSeconds', 'seconds', 1_000_000_000n],
]

/** Parts of moments and of durations. */
export const times: readonly Overload[] = [
  ...PARTS.flatMap(([name, id, part]) => [
    member(`timestamp_to_${id}`, `timestamp.${name}(): int`, (time: Timestamp) => BigInt(part(shown(time, '')))),
    member(
      `timestamp_to_${id}_${id === 'seconds' ? 'tz' : 'with_tz'}`,
      `timestamp.${name}(string): int`,
      (time: Timestamp, zone: string) => BigInt(part(shown(time, zone))),
    ),
  ]),
  ...SPANS.map(([name, id, nanos]) =>
    member(`duration_to_${id}`, `duration.${name}(): int`, (duration: Duration) => duration.nanos / nanos),
  ),
  member(
    'duration_to_milliseconds',
    'duration.getMilliseconds(): int',
    (duration: Duration) => (duration.nanos / 1_000_000n) % 1000n,
  ),
]
