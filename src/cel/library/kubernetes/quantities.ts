import { parseQuantity, QuantityError } from '#schema/quantity.ts'
import { CelError } from '../../values/cel-error.ts'
import { Opaque } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'

const GIGA = 1_000_000_000n
const MAX_INT = 2n ** 63n - 1n

/** An amount of a resource, in billionths. */
class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity'
  readonly nano: bigint
  constructor(nano: bigint) {
    super()
    this.nano = nano
  }

  equals(other: Opaque): boolean {
    return other instanceof Quantity && other.nano === this.nano
  }
}

const parsed = (text: string): Quantity => {
  try {
    return new Quantity(parseQuantity(text).nano)
  } catch (error) {
    if (error instanceof QuantityError) throw new CelError(error.message)
    throw error
  }
}

const isQuantity = (text: string): boolean => {
  try {
    parsed(text)
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

const order = (one: Quantity, other: Quantity): bigint =>
  one.nano < other.nano ? -1n : one.nano > other.nano ? 1n : 0n

const wholeOf = ({ nano }: Quantity): bigint | undefined => {
  const whole = nano / GIGA
  return nano % GIGA === 0n && whole <= MAX_INT && whole >= -MAX_INT ? whole : undefined
}

const asInteger = (quantity: Quantity): bigint => {
  const whole = wholeOf(quantity)
  if (whole === undefined) throw new CelError('cannot convert value to integer')
  return whole
}

/** Amounts as resources have them: `quantity("1.5Gi")`. */
export const quantities: readonly Overload[] = [
  global('string_to_quantity', 'quantity(string): Quantity', parsed),
  global('is_quantity_string', 'isQuantity(string): bool', isQuantity),
  global('quantity_sign', 'sign(Quantity): int', (one: Quantity) => order(one, new Quantity(0n))),
  member(
    'quantity_is_greater_than',
    'Quantity.isGreaterThan(Quantity): bool',
    (one: Quantity, other: Quantity) => order(one, other) > 0n,
  ),
  member(
    'quantity_is_less_than',
    'Quantity.isLessThan(Quantity): bool',
    (one: Quantity, other: Quantity) => order(one, other) < 0n,
  ),
  member('quantity_compare_to', 'Quantity.compareTo(Quantity): int', order),
  member('quantity_get_float', 'Quantity.asApproximateFloat(): double', ({ nano }: Quantity) => Number(nano) / 1e9),
  member('quantity_get_int', 'Quantity.asInteger(): int', asInteger),
  member('quantity_is_integer', 'Quantity.isInteger(): bool', (one: Quantity) => wholeOf(one) !== undefined),
  member(
    'quantity_add',
    'Quantity.add(Quantity): Quantity',
    (one: Quantity, other: Quantity) => new Quantity(one.nano + other.nano),
  ),
  member(
    'quantity_add_int',
    'Quantity.add(int): Quantity',
    (one: Quantity, other: bigint) => new Quantity(one.nano + other * GIGA),
  ),
  member(
    'quantity_sub',
    'Quantity.sub(Quantity): Quantity',
    (one: Quantity, other: Quantity) => new Quantity(one.nano - other.nano),
  ),
  member(
    'quantity_sub_int',
    'Quantity.sub(int): Quantity',
    (one: Quantity, other: bigint) => new Quantity(one.nano - other * GIGA),
  ),
]
