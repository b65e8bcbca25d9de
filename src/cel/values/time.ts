import { CelError } from './cel-error.ts'

const SECOND = 1_000_000_000n
const [MIN_SECONDS, MAX_SECONDS] = [-62_135_596_800n, 253_402_300_799n]
const [MIN_INT, MAX_INT] = [-(2n ** 63n), 2n ** 63n - 1n]

const UNITS: { readonly [unit: string]: bigint } = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
}

/** A time between two others, in nanoseconds. */
export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    if (nanos < MIN_INT || nanos > MAX_INT) throw new CelError('integer overflow')
    this.nanos = nanos
  }

  /** As Go writes it: `1.5s`. */
  toString(): string {
    const [whole, rest] = [this.nanos / SECOND, this.nanos % SECOND]
    const fraction = (rest < 0n ? -rest : rest).toString().padStart(9, '0').replace(/0+$/, '')
    const sign = this.nanos < 0n && whole === 0n ? '-' : ''
    return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}s`
  }
}

/** A moment, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    const seconds = floorDivide(nanos, SECOND)
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) throw new CelError('timestamp overflow')
    this.nanos = nanos
  }

  /** As RFC 3339 writes it, in UTC. */
  toString(): string {
    const seconds = floorDivide(this.nanos, SECOND)
    const fraction = (this.nanos - seconds * SECOND).toString().padStart(9, '0').replace(/0+$/, '')
    const whole = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '')
    return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`
  }
}

const floorDivide = (nanos: bigint, by: bigint): bigint =>
  nanos < 0n && nanos % by !== 0n ? nanos / by - 1n : nanos / by

const PARTS = /(\d+)?(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/gy

/** A duration as Go reads it, `1h30m`; undefined for what is none. */
export const parseDuration = (text: string): Duration | undefined => {
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return new Duration(0n)
  if (body === '') return undefined
  let nanos = 0n
  PARTS.lastIndex = 0
  while (PARTS.lastIndex < body.length) {
    const found = PARTS.exec(body)
    if (found === null || (found[1] === undefined && !found[2])) return undefined
    const unit = UNITS[found[3]!]!
    const fraction = (found[2] ?? '').slice(0, 18)
    nanos += BigInt(found[1] ?? 0) * unit
    if (fraction !== '') nanos += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length)
  }
  if (nanos > MAX_INT) return undefined
  return new Duration(text.startsWith('-') ? -nanos : nanos)
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/

/** A moment as RFC 3339 writes it; undefined for what is none. */
export const parseTimestamp = (text: string): Timestamp | undefined => {
  const found = RFC_3339.exec(text)
  if (found === null) return undefined
  const [, day, hour, minute, second, fraction = '', zone] = found
  const millis = Date.parse(`${day}T${hour}:${minute}:${second}${zone!.toUpperCase()}`)
  if (Number.isNaN(millis) || Number(hour) > 23 || !isDay(day!)) return undefined
  return new Timestamp(BigInt(millis) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0')))
}

const isDay = (day: string): boolean => {
  const millis = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(day)
}

/** A day, `2026-11-27`, as the moment at which it begins; undefined for what is none. */
export const parseDay = (text: string): Timestamp | undefined =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined
