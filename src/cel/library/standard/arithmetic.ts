import { CelError } from '../../values/cel-error.ts'
import { Duration, Timestamp } from '../../values/time.ts'
import { ListValue, Uint } from '../../values/value.ts'
import { global, type Overload } from '../overload.ts'

const [MIN_INT, MAX_INT, MAX_UINT] = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n]

/** A whole number of 64 bits. Throws CelError where it is too large. */
export const int = (value: bigint): bigint => {
  if (value < MIN_INT || value > MAX_INT) throw new CelError('integer overflow')
  return value
}

export const uint = (value: bigint): Uint => {
  if (value < 0n || value > MAX_UINT) throw new CelError('unsigned integer overflow')
  return new Uint(value)
}

const divided = (by: bigint, what: string): bigint => {
  if (by === 0n) throw new CelError(`${what} by zero`)
  return by
}

const joined = (one: Uint8Array, other: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(one.length + other.length)
  whole.set(one)
  whole.set(other, one.length)
  return whole
}

const joinedLists = (one: ListValue, other: ListValue): ListValue =>
  one.rules === undefined ? new ListValue([...one.items, ...other.items]) : one.rules.add(one, other)

const SUMS: readonly Overload[] = [
  global('add_bytes', '_+_(bytes, bytes): bytes', joined),
  global('add_double', '_+_(double, double): double', (a: number, b: number) => a + b),
  global(
    'add_duration_duration',
    '_+_(duration, duration): duration',
    (a: Duration, b: Duration) => new Duration(a.nanos + b.nanos),
  ),
  global(
    'add_duration_timestamp',
    '_+_(duration, timestamp): timestamp',
    (a: Duration, b: Timestamp) => new Timestamp(a.nanos + b.nanos),
  ),
  global(
    'add_timestamp_duration',
    '_+_(timestamp, duration): timestamp',
    (a: Timestamp, b: Duration) => new Timestamp(a.nanos + b.nanos),
  ),
  global('add_int64', '_+_(int, int): int', (a: bigint, b: bigint) => int(a + b)),
  global('add_list', '_+_(list(A), list(A)): list(A)', joinedLists),
  global('add_string', '_+_(string, string): string', (a: string, b: string) => a + b),
  global('add_uint64', '_+_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value + b.value)),
  global('subtract_double', '_-_(double, double): double', (a: number, b: number) => a - b),
  global(
    'subtract_duration_duration',
    '_-_(duration, duration): duration',
    (a: Duration, b: Duration) => new Duration(a.nanos - b.nanos),
  ),
  global('subtract_int64', '_-_(int, int): int', (a: bigint, b: bigint) => int(a - b)),
  global(
    'subtract_timestamp_duration',
    '_-_(timestamp, duration): timestamp',
    (a: Timestamp, b: Duration) => new Timestamp(a.nanos - b.nanos),
  ),
  global(
    'subtract_timestamp_timestamp',
    '_-_(timestamp, timestamp): duration',
    (a: Timestamp, b: Timestamp) => new Duration(a.nanos - b.nanos),
  ),
  global('subtract_uint64', '_-_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value - b.value)),
]

const PRODUCTS: readonly Overload[] = [
  global('multiply_double', '_*_(double, double): double', (a: number, b: number) => a * b),
  global('multiply_int64', '_*_(int, int): int', (a: bigint, b: bigint) => int(a * b)),
  global('multiply_uint64', '_*_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value * b.value)),
  global('divide_double', '_/_(double, double): double', (a: number, b: number) => a / b),
  global('divide_int64', '_/_(int, int): int', (a: bigint, b: bigint) => int(a / divided(b, 'division'))),
  global('divide_uint64', '_/_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value / divided(b.value, 'division'))),
  global('modulo_int64', '_%_(int, int): int', (a: bigint, b: bigint) => a % divided(b, 'modulus')),
  global('modulo_uint64', '_%_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value % divided(b.value, 'modulus'))),
  global('negate_double', '-_(double): double', (a: number) => -a),
  global('negate_int64', '-_(int): int', (a: bigint) => int(-a)),
]

/** Sums, products and what undoes them. */
export const arithmetic: readonly Overload[] = [...SUMS, ...PRODUCTS]
