/** A field of a schedule: which of its values are meant. */
interface Field {
  readonly values: ReadonlySet<number>
  /** Every value, written as such: a day is then chosen by the other field of days alone. */
  readonly isAny: boolean
}

/** When a CronJob runs, as cron has it: at minutes that fit all fields. */
export interface Calendar {
  readonly minutes: Field
  readonly hours: Field
  readonly days: Field
  readonly months: Field
  readonly weekdays: Field
}

/** A calendar, or a time between two runs. `timeZone`: one that is written before it. */
type Schedule = ({ readonly calendar: Calendar } | { readonly every: number }) & { readonly timeZone?: string }

/** What is wrong with a schedule, in the words of Kubernetes. */
export class ScheduleError extends Error {
  readonly code = 'CRON_SCHEDULE'
}

interface Bounds {
  readonly first: number
  readonly last: number
  readonly names?: readonly string[]
}

const MINUTES: Bounds = { first: 0, last: 59 }
const HOURS: Bounds = { first: 0, last: 23 }
const DAYS: Bounds = { first: 1, last: 31 }
const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTHS: Bounds = { first: 1, last: 12, names: MONTH_NAMES }
const WEEKDAYS: Bounds = { first: 0, last: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }

const NICKNAMES: { readonly [name: string]: string } = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const EVERY = '@every '

/** Reads five fields, a nickname (`@daily`) or `@every 1h30m`. Throws ScheduleError. */
export const parseSchedule = (text: string): Schedule => {
  if (text === '') throw new ScheduleError('empty spec string')
  const zone = /^(?:CRON_)?TZ=([^ ]*) *(.*)$/s.exec(text)
  if (!zone) return parseWithoutZone(text)
  if (!text.includes(' ')) throw new ScheduleError(`expected exactly 5 fields, found 0: []`)
  return { ...parseWithoutZone(zone[2]!.trim()), timeZone: zone[1]! }
}

const parseWithoutZone = (text: string): Schedule => {
  if (text.startsWith('@')) return parseNickname(text)
  const words = text.split(/\s+/).filter((word) => word !== '')
  if (words.length !== 5)
    throw new ScheduleError(`expected exactly 5 fields, found ${words.length}: [${words.join(' ')}]`)
  return { calendar: calendarOf(words as [string, string, string, string, string]) }
}

const calendarOf = ([minute, hour, day, month, weekday]: readonly [
  string,
  string,
  string,
  string,
  string,
]): Calendar => ({
  minutes: parseField(minute, MINUTES),
  hours: parseField(hour, HOURS),
  days: parseField(day, DAYS),
  months: parseField(month, MONTHS),
  weekdays: parseField(weekday, WEEKDAYS),
})

const parseNickname = (text: string): Schedule => {
  const meant = Object.hasOwn(NICKNAMES, text) ? NICKNAMES[text] : undefined
  if (meant !== undefined) return parseWithoutZone(meant)
  if (!text.startsWith(EVERY)) throw new ScheduleError(`unrecognized descriptor: ${text}`)
  const every = durationOf(text.slice(EVERY.length))
  if (every === undefined)
    throw new ScheduleError(
      `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(text.slice(EVERY.length))}`,
    )
  // Whole seconds, and at least one.
  return { every: Math.max(1000, every - (every % 1000)) }
}

const UNITS: { readonly [unit: string]: number } = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of a duration as Go writes it: `1h30m`. */
const durationOf = (text: string): number | undefined => {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text)!
  if (rest === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest!)) return undefined
  let sum = 0
  for (const [, number, unit] of rest!.matchAll(/([\d.]+)([a-zµμ]+)/g)) sum += Number(number) * UNITS[unit!]!
  return sign === '-' ? -sum : sum
}

const parseField = (text: string, bounds: Bounds): Field => {
  const values = new Set<number>()
  let isAny = false
  for (const range of text.split(',').filter((part) => part !== '')) {
    const [first, last, step, any] = parseRange(range, bounds)
    for (let value = first; value <= last; value += step) values.add(value)
    isAny ||= any
  }
  return { values, isAny }
}

const parseRange = (
  text: string,
  bounds: Bounds,
): readonly [first: number, last: number, step: number, isAny: boolean] => {
  const [range = '', stepText, ...tooMany] = text.split('/')
  const ends = range.split('-')
  const [low = '', high] = ends
  let isAny = low === '*' || low === '?'
  let [first, last] = [bounds.first, bounds.last]
  if (!isAny) {
    first = numberOf(low, bounds)
    if (ends.length > 2) throw new ScheduleError(`too many hyphens: ${text}`)
    last = high === undefined ? first : numberOf(high, bounds)
  }
  if (tooMany.length > 0) throw new ScheduleError(`too many slashes: ${text}`)
  let step = 1
  if (stepText !== undefined) {
    step = numberOf(stepText)
    // `5/15` is `5-59/15`.
    if (ends.length === 1) last = bounds.last
    if (step > 1) isAny = false
  }
  if (first < bounds.first)
    throw new ScheduleError(`beginning of range (${first}) below minimum (${bounds.first}): ${text}`)
  if (last > bounds.last) throw new ScheduleError(`end of range (${last}) above maximum (${bounds.last}): ${text}`)
  if (first > last) throw new ScheduleError(`beginning of range (${first}) beyond end of range (${last}): ${text}`)
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`)
  return [first, last, step, isAny]
}

const numberOf = (text: string, { first = 0, names = [] }: Partial<Bounds> = {}): number => {
  const place = names.indexOf(text.toLowerCase())
  if (place >= 0) return place + first
  if (!/^[+-]?\d+$/.test(text))
    throw new ScheduleError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  const number = Number(text)
  if (number < 0) throw new ScheduleError(`negative number (${number}) not allowed: ${text}`)
  return number
}
