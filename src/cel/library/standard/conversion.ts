import { goFloat } from '#schema/structural/validate/go-number.ts'
import { readUtf8, utf8Bytes } from '#schema/utf8.ts'
import { CelError } from '../../values/cel-error.ts'
import { typeNameOf } from '../../values/kind-of.ts'
import { type Duration, parseDuration, parseTimestamp, Timestamp } from '../../values/time.ts'
import { TypeValue, type Uint, type Value } from '../../values/value.ts'
import { global, type Overload } from '../overload.ts'
import { int, uint } from './arithmetic.ts'

const same = (value: Value): Value => value

const truncated = (value: number, overflow: string): bigint => {
  if (!Number.isFinite(value)) throw new CelError(overflow)
  return BigInt(Math.trunc(value))
}

const badNumber = (how: string, text: string): CelError =>
  new CelError(`strconv.${how}: parsing ${JSON.stringify(text)}: invalid syntax`)

const wholeOf = (text: string, how: string, form: RegExp): bigint => {
  if (!form.test(text)) throw badNumber(how, text)
  return BigInt(text.replace('+', ''))
}

const doubleOf = (text: string): number => {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  if (special !== null)
    return special[2]!.toLowerCase() === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw badNumber('ParseFloat', text)
  return Number(text)
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

const boolOf = (text: string): boolean => {
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  throw badNumber('ParseBool', text)
}

const durationOf = (text: string): Duration => {
  const duration = parseDuration(text)
  if (duration === undefined) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`)
  return duration
}

const LAYOUT = '2006-01-02T15:04:05Z07:00'

const timestampOf = (text: string): Timestamp => {
  const time = parseTimestamp(text)
  const shown = JSON.stringify(text)
  if (time === undefined) throw new CelError(`parsing time ${shown} as "${LAYOUT}": cannot parse ${shown} as "2006"`)
  return time
}

/** Bytes that are UTF-8 as a text. Throws CelError for others. */
export const textOfBytes = (bytes: Uint8Array): string => {
  const text = readUtf8(bytes, 0, bytes.length)
  // What is no UTF-8 has been replaced, and would not come back as it was.
  const back = utf8Bytes(text)
  if (back.length !== bytes.length || back.some((byte, at) => byte !== bytes[at]))
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string')
  return text
}

/** Go writes exponents of two digits at least, and large numbers with them. */
export const textOfDouble = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : Object.is(value, -0) ? '-0' : goFloat(value)

const numbers: readonly Overload[] = [
  global('int64_to_int64', 'int(int): int', same),
  global('double_to_int64', 'int(double): int', (value: number) => int(truncated(value, 'integer overflow'))),
  global('duration_to_int64', 'int(duration): int', ({ nanos }: Duration) => nanos),
  global('string_to_int64', 'int(string): int', (text: string) => int(wholeOf(text, 'ParseInt', /^[+-]?\d+$/))),
  global(
    'timestamp_to_int64',
    'int(timestamp): int',
    ({ nanos }: Timestamp) => (nanos - (((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n,
  ),
  global('uint64_to_int64', 'int(uint): int', ({ value }: Uint) => int(value)),
  global('uint64_to_uint64', 'uint(uint): uint', same),
  global('double_to_uint64', 'uint(double): uint', (value: number) =>
    uint(truncated(value, 'unsigned integer overflow')),
  ),
  global('int64_to_uint64', 'uint(int): uint', (value: bigint) => uint(value)),
  global('string_to_uint64', 'uint(string): uint', (text: string) => uint(wholeOf(text, 'ParseUint', /^\d+$/))),
  global('double_to_double', 'double(double): double', same),
  global('int64_to_double', 'double(int): double', (value: bigint) => Number(value)),
  global('string_to_double', 'double(string): double', doubleOf),
  global('uint64_to_double', 'double(uint): double', ({ value }: Uint) => Number(value)),
]

const texts: readonly Overload[] = [
  global('string_to_string', 'string(string): string', same),
  global('bool_to_string', 'string(bool): string', String),
  global('bytes_to_string', 'string(bytes): string', textOfBytes),
  global('double_to_string', 'string(double): string', textOfDouble),
  global('duration_to_string', 'string(duration): string', String),
  global('int64_to_string', 'string(int): string', String),
  global('timestamp_to_string', 'string(timestamp): string', String),
  global('uint64_to_string', 'string(uint): string', ({ value }: Uint) => String(value)),
  global('bytes_to_bytes', 'bytes(bytes): bytes', same),
  global('string_to_bytes', 'bytes(string): bytes', (text: string) => utf8Bytes(text)),
  global('bool_to_bool', 'bool(bool): bool', same),
  global('string_to_bool', 'bool(string): bool', boolOf),
]

/** From one type to another. */
export const conversion: readonly Overload[] = [
  ...numbers,
  ...texts,
  global('duration_to_duration', 'duration(duration): duration', same),
  global('string_to_duration', 'duration(string): duration', durationOf),
  global('int64_to_duration', 'duration(int): duration', (nanos: bigint) => durationOf(`${nanos}ns`)),
  global('timestamp_to_timestamp', 'timestamp(timestamp): timestamp', same),
  global('string_to_timestamp', 'timestamp(string): timestamp', timestampOf),
  global(
    'int64_to_timestamp',
    'timestamp(int): timestamp',
    (seconds: bigint) => new Timestamp(seconds * 1_000_000_000n),
  ),
  global('to_dyn', 'dyn(A): dyn', same),
  global('type', 'type(A): type(A)', (value: Value) => new TypeValue(typeNameOf(value))),
]
