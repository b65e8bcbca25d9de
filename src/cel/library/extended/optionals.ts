import { CelError } from '../../values/cel-error.ts'
import { ListValue, MapValue, Optional, Uint, type Value } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'

const isZero = (value: Value): boolean => {
  if (value instanceof ListValue) return value.items.length === 0
  if (value instanceof MapValue) return value.size === 0
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Uint8Array) return value.length === 0
  return value === null || value === false || value === 0n || value === 0 || value === ''
}

const held = ({ value }: Optional): Value => {
  if (value === undefined) throw new CelError('optional.none() dereference')
  return value
}

const unwrapped = ({ items }: ListValue): ListValue =>
  new ListValue(items.flatMap((item) => (item instanceof Optional && item.value !== undefined ? [item.value] : [])))

/** Values that may not be there. */
export const optionals: readonly Overload[] = [
  global('optional_of', 'optional.of(V): optional(V)', (value: Value) => new Optional(value)),
  global(
    'optional_ofNonZeroValue',
    'optional.ofNonZeroValue(V): optional(V)',
    (value: Value) => new Optional(isZero(value) ? undefined : value),
  ),
  global('optional_none', 'optional.none(): optional(V)', () => new Optional(undefined)),
  member('optional_value', 'optional(V).value(): V', held),
  member('optional_hasValue', 'optional(V).hasValue(): bool', ({ value }: Optional) => value !== undefined),
  member('optional_or_optional', 'optional(V).or(optional(V)): optional(V)', (one: Optional, other: Optional) =>
    one.value === undefined ? other : one,
  ),
  member('optional_orValue_value', 'optional(V).orValue(V): V', ({ value }: Optional, other: Value) =>
    value === undefined ? other : value,
  ),
  global('optional_unwrap', 'optional.unwrap(list(optional(V))): list(V)', unwrapped),
  member('optional_unwrapOpt', 'list(optional(V)).unwrapOpt(): list(V)', unwrapped),
  member('list_first', 'list(V).first(): optional(V)', ({ items }: ListValue) => new Optional(items[0])),
  member('list_last', 'list(V).last(): optional(V)', ({ items }: ListValue) => new Optional(items.at(-1))),
]
