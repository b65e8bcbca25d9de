import type { Calendar } from '#api/batch/cronjob/schedule.ts'

const MINUTE = 60_000
const DAY = 86_400_000
/** A calendar that fits no day within so long has none. */
const HORIZON = 5 * 366 * DAY

/** Milliseconds between UTC and the clocks of a time zone at an instant; absent or UTC: none. */
type Offset = (instant: number) => number

const zoneOffset = (timeZone: string): Offset => {
  if (timeZone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const { year, month, day, hour, minute, second } = parts as Record<string, number>
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - Math.floor(instant / 1000) * 1000
  }
}

/** The instant at which clocks show `local`; where they leap over it, that of the leap. */
const instantOf = (local: number, offset: Offset): number => {
  const first = local - offset(local)
  const second = local - offset(first)
  return second + offset(second) === local ? second : Math.max(first, second)
}

/**
 * The first minute after `after` (ms since the epoch) that fits, as clocks of the time zone show it: what they leap over
 * in spring is left out, what they show twice in autumn comes twice. Undefined: there is none.
 */
export const nextTime = (calendar: Calendar, after: number, timeZone: string): number | undefined => {
  const offset = zoneOffset(timeZone)
  let instant = Math.floor(after / MINUTE) * MINUTE + MINUTE
  while (instant < after + HORIZON) {
    // What clocks show, as if it were UTC.
    const local = new Date(instant + offset(instant))
    const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()]
    if (!calendar.months.values.has(month + 1)) instant = instantOf(Date.UTC(year, month + 1, 1), offset)
    else if (!fitsDay(calendar, local)) instant = instantOf(Date.UTC(year, month, day + 1), offset)
    else if (!calendar.hours.values.has(local.getUTCHours())) instant += (60 - local.getUTCMinutes()) * MINUTE
    else if (!calendar.minutes.values.has(local.getUTCMinutes())) instant += MINUTE
    else return instant
  }
  return undefined
}

/** Where both kinds of days are chosen one of them is enough. */
const fitsDay = ({ days, weekdays }: Calendar, local: Date): boolean => {
  const [day, weekday] = [days.values.has(local.getUTCDate()), weekdays.values.has(local.getUTCDay())]
  return days.isAny || weekdays.isAny ? day && weekday : day || weekday
}
