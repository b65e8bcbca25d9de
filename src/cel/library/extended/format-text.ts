import { quoted } from '#schema/go-quoted.ts'
import { utf8Bytes } from '#schema/utf8.ts'
import { CelCostError, CelError } from '../../values/cel-error.ts'
import { compared } from '../../values/compare.ts'
import { typeNameOf } from '../../values/kind-of.ts'
import { Duration, Timestamp } from '../../values/time.ts'
import { ListValue, MapValue, TypeValue, Uint, type Value } from '../../values/value.ts'
import { textOfBytes, textOfDouble } from '../standard/conversion.ts'
import { type Clause, piecesOf, wrongType } from './format-clauses.ts'
import { fixed, fixedForPeople, MOST_DIGITS, scientific } from './format-numbers.ts'

const failed = (why: string): CelError => new CelError(`error during formatting: ${why}`)

/** Letters of a text that is made: a list may hold another a million times, and that one a third. */
const MOST = 10_000_000

/** Counts the letters of one text, and throws CelCostError where they are too many. */
interface Count {
  (text: string): string
  /** What stands in several places is written once. */
  readonly written: Map<Value, string>
}

const counting = (): Count => {
  let letters = 0
  const count = (text: string): string => {
    letters += text.length
    if (letters > MOST) throw new CelCostError()
    return text
  }
  return Object.assign(count, { written: new Map<Value, string>() })
}

const textOf = (bytes: Uint8Array): string => {
  try {
    return textOfBytes(bytes)
  } catch (error) {
    if (error instanceof CelError) throw failed(`could not convert argument ${quoted(error.message)} to string`)
    throw error
  }
}

/** What shows a value alone as within a list; undefined for all else. */
const simple = (value: Value): string | undefined => {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value instanceof Uint) return String(value.value)
  return value instanceof TypeValue ? value.name : undefined
}

/** A value as `%s` shows it. */
const shown = (value: Value, count: Count): string => {
  if (value instanceof ListValue || value instanceof MapValue) return inner(value, count)
  const text = simple(value) ?? (value instanceof Uint8Array ? textOf(value) : value)
  if (typeof text === 'string') return count(text)
  if (typeof text === 'number') return textOfDouble(text)
  if (text instanceof Duration || text instanceof Timestamp) return String(text)
  throw new CelError(wrongType('s', typeNameOf(value)))
}

/** A value in a list or a map, as an expression would write it. */
const inner = (value: Value, count: Count): string => {
  if (!(value instanceof ListValue || value instanceof MapValue)) return count(simple(value) ?? literal(value))
  const known = count.written.get(value)
  if (known !== undefined) return count(known)
  // Empty ones have no letters within.
  count('[]')
  const text = value instanceof ListValue ? listText(value, count) : mapText(value, count)
  count.written.set(value, text)
  return text
}

const listText = ({ items }: ListValue, count: Count): string =>
  `[${items.map((item) => inner(item, count)).join(', ')}]`

const mapText = (map: MapValue, count: Count): string => {
  const entries = map.keys().map((key) => [count(inner(key, count)), inner(map.get(key)!, count)] as const)
  const texts = entries.sort(([one], [other]) => compared(one, other)!).map((entry) => entry.join(':'))
  return `{${texts.join(', ')}}`
}

const literal = (value: Value): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return Number.isFinite(value) ? fixed(value, 6) : quoted(textOfDouble(value))
  if (value instanceof Uint8Array) return `b${quoted(textOf(value))}`
  if (value instanceof Duration) return `duration("${value}")`
  if (value instanceof Timestamp) return `timestamp("${value}")`
  throw failed(`no formatting function for ${typeNameOf(value)}`)
}

/** What texts stand for numbers that no digits show. */
const NAMED: { readonly [text: string]: number } = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

const numeric = (value: Value, letter: string): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && Object.hasOwn(NAMED, value)) return NAMED[value]!
  throw new CelError(wrongType(letter, typeNameOf(value)))
}

const whole = (value: Value, letter: string, base: number): string => {
  if (typeof value === 'bigint') return value.toString(base)
  if (value instanceof Uint) return value.value.toString(base)
  throw new CelError(wrongType(letter, typeNameOf(value)))
}

const hexadecimal = (value: Value): string => {
  const bytes = typeof value === 'string' ? utf8Bytes(value) : value
  if (!(bytes instanceof Uint8Array)) return whole(value, 'x', 16)
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const put = ({ letter, digits }: Clause, value: Value, count: Count): string => {
  if (digits > MOST_DIGITS) throw failed(`more than ${MOST_DIGITS} digits are not supported, not ${digits}`)
  switch (letter) {
    case 's':
      return shown(value, count)
    case 'd':
      return whole(value, 'd', 10)
    case 'f':
      return fixedForPeople(numeric(value, 'f'), digits)
    case 'e':
      return scientific(numeric(value, 'e'), digits)
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : whole(value, 'b', 2)
    case 'o':
      return whole(value, 'o', 8)
    case 'x':
      return hexadecimal(value)
    default:
      return hexadecimal(value).toUpperCase()
  }
}

/** A text with values put in, as version 2 of cel-go's library does it: `"%d of %s".format([1, "a"])`. */
export const formatted = (text: string, values: readonly Value[]): string => {
  let next = 0
  const [parts, all] = [counting(), counting()]
  const made: string[] = []
  for (const piece of piecesOf(text)) {
    if (typeof piece === 'string') {
      made.push(piece)
      continue
    }
    if (next >= values.length) throw new CelError(`index ${next} out of range`)
    if (piece.isCut) throw new CelError('unexpected end of string')
    if (piece.problem !== undefined) throw new CelError(piece.problem)
    made.push(all(put(piece, values[next++]!, parts)))
  }
  return made.join('')
}
