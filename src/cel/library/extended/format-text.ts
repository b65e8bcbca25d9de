import { readUtf8, utf8Bytes } from '#schema/utf8.ts'
import { CelCostError, CelError } from '../../values/cel-error.ts'
import { typeNameOf } from '../../values/kind-of.ts'
import { Duration, Timestamp } from '../../values/time.ts'
import { ListValue, MapValue, TypeValue, Uint, type Value } from '../../values/value.ts'

const wrong = (clause: string, types: string, value: Value): CelError => {
  const can = `${clause} clause can only be used on ${types}`
  return new CelError(`error during formatting: ${can}, was given ${typeNameOf(value)}`)
}

const special = (value: number): string | undefined => {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? undefined : value > 0 ? 'Infinity' : '-Infinity'
}

/** Letters of a text that is made: a list may hold another a million times, and that one a third. */
const MOST = 10_000_000
/** No double has more digits behind its point that JavaScript writes. */
const MOST_DIGITS = 100

/** Counts the letters of one text, and throws CelCostError where they are too many. */
type Count = (text: string) => string

const counting = (): Count => {
  let letters = 0
  return (text) => {
    letters += text.length
    if (letters > MOST) throw new CelCostError()
    return text
  }
}

/** A value as `%s` shows it. */
const shown = (value: Value, count: Count): string => {
  if (value instanceof ListValue) return `[${value.items.map((item) => shown(item, count)).join(', ')}]`
  if (value instanceof MapValue) {
    const entries = value.keys().map((key) => `${shown(key, count)}: ${shown(value.get(key)!, count)}`)
    return `{${entries.sort().join(', ')}}`
  }
  return count(shownAlone(value))
}

const shownAlone = (value: Exclude<Value, ListValue | MapValue>): string => {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'number') return special(value) ?? String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return readUtf8(value, 0, value.length)
  if (value instanceof Duration || value instanceof Timestamp) return String(value)
  if (value instanceof TypeValue) return value.name
  if (typeof value === 'object')
    throw new CelError(
      `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
    )
  return String(value)
}

const decimal = (value: Value): string => {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint) return String(value.value)
  if (typeof value === 'number') return special(value) ?? String(value)
  throw wrong('decimal', 'ints, uints, and doubles', value)
}

const numeric = (value: Value, clause: string): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  throw wrong(clause, 'ints, uints, and doubles', value)
}

const scientific = (value: number, digits: number): string =>
  value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')

const whole = (value: Value, clause: string, base: number): string => {
  if (typeof value === 'bigint') return value.toString(base)
  if (value instanceof Uint) return value.value.toString(base)
  throw wrong(clause, 'integers', value)
}

const hexadecimal = (value: Value): string => {
  const bytes = typeof value === 'string' ? utf8Bytes(value) : value
  if (!(bytes instanceof Uint8Array)) return whole(value, 'hex', 16)
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const clause = (letter: string, digits: number, value: Value, count: Count): string => {
  if (digits > MOST_DIGITS)
    throw new CelError(`error during formatting: more than ${MOST_DIGITS} digits are not supported, not ${digits}`)
  switch (letter) {
    case 's':
      return shown(value, count)
    case 'd':
      return decimal(value)
    case 'f': {
      const number = numeric(value, 'fixed-point')
      return special(number) ?? number.toFixed(digits)
    }
    case 'e': {
      const number = numeric(value, 'scientific')
      return special(number) ?? scientific(number, digits)
    }
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : whole(value, 'binary', 2)
    case 'x':
      return hexadecimal(value)
    case 'X':
      return hexadecimal(value).toUpperCase()
    case 'o':
      return whole(value, 'octal', 8)
  }
  throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${letter}"`)
}

const CLAUSE = /%(?:%|(?:\.(\d*))?([\s\S]|$))/gu

/** A text with values put in: `"%d of %s".format([1, "a"])`. */
export const formatted = (text: string, values: readonly Value[]): string => {
  let next = 0
  const [parts, whole] = [counting(), counting()]
  return text.replace(CLAUSE, (all, digits: string | undefined, letter: string | undefined) => {
    if (all === '%%') return '%'
    if (letter === undefined || letter === '') throw new CelError('unexpected end of string')
    if (next >= values.length) throw new CelError(`index ${next} out of range`)
    return whole(clause(letter, digits === undefined || digits === '' ? 6 : Number(digits), values[next++]!, parts))
  })
}
