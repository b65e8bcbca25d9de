import { CelError } from '../../values/cel-error.ts'
import { compared, isEqual } from '../../values/compare.ts'
import { typeNameOf } from '../../values/kind-of.ts'
import { Duration } from '../../values/time.ts'
import { ListValue, Uint, type Value } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'
import { int, uint } from '../standard/arithmetic.ts'

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']
/** More than a list can have that a request makes. */
const MOST = 1_000_000n

const slice = ({ items }: ListValue, start: bigint, end: bigint): ListValue => {
  const cannot = `cannot slice(${start}, ${end})`
  if (start < 0n || end < 0n) throw new CelError(`${cannot}, negative indexes not supported`)
  if (start > end) throw new CelError(`${cannot}, start index must be less than or equal to end index`)
  if (end > BigInt(items.length)) throw new CelError(`${cannot}, list is length ${items.length}`)
  return new ListValue(items.slice(Number(start), Number(end)))
}

const flatten = ({ items }: ListValue, depth = 1n): ListValue => {
  if (depth < 0n) throw new CelError('level must be non-negative')
  return new ListValue(
    items.flatMap((item) => (item instanceof ListValue && depth > 0n ? flatten(item, depth - 1n).items : [item])),
  )
}

const sortedBy = ({ items }: ListValue, { items: keys }: ListValue): ListValue => {
  if (items.length !== keys.length) {
    const sizes = `but got ${items.length} and ${keys.length} elements respectively`
    const wanted = 'expected a list of the same size as the associated keys list'
    throw new CelError(`@sortByAssociatedKeys() ${wanted}, ${sizes}`)
  }
  if (new Set(keys.map(typeNameOf)).size > 1) throw new CelError('list elements must have the same type')
  const order = items.map((_, index) => index).sort((one, other) => compared(keys[one]!, keys[other]!) ?? 0)
  return new ListValue(order.map((index) => items[index]!))
}

const distinct = ({ items }: ListValue): ListValue => {
  const found: Value[] = []
  for (const item of items) if (!found.some((one) => isEqual(one, item))) found.push(item)
  return new ListValue(found)
}

const isSorted = ({ items }: ListValue): boolean =>
  items.every((item, index) => index === 0 || (compared(items[index - 1]!, item) ?? 0) <= 0)

/** The first of those that come first, or last, in their order. */
const extreme =
  (name: string, sign: 1 | -1) =>
  ({ items }: ListValue): Value => {
    if (items.length === 0) throw new CelError(`${name} called on empty list`)
    return items.reduce((best, item) => ((compared(item, best) ?? 0) * sign > 0 ? item : best))
  }

const SUMMABLE: readonly (readonly [type: string, zero: Value, add: (one: never, other: never) => Value])[] = [
  ['int', 0n, (one: bigint, other: bigint) => int(one + other)],
  ['uint', new Uint(0n), (one: Uint, other: Uint) => uint(one.value + other.value)],
  ['double', 0, (one: number, other: number) => one + other],
  ['duration', new Duration(0n), (one: Duration, other: Duration) => new Duration(one.nanos + other.nanos)],
]

const range = (count: bigint): ListValue => {
  if (count > MOST) throw new CelError(`lists.range() size ${count} exceeds limit ${MOST}`)
  return new ListValue(Array.from({ length: Math.max(0, Number(count)) }, (_, index) => BigInt(index)))
}

const ofEach = (make: (type: string) => Overload): readonly Overload[] => COMPARABLE.map(make)

/** What Kubernetes and cel-go add to lists. */
export const lists: readonly Overload[] = [
  ...ofEach((type) => member(`list_${type}_is_sorted_bool`, `list(${type}).isSorted(): bool`, isSorted)),
  ...SUMMABLE.map(([type, zero, add]) =>
    member(`list_${type}_sum_${type}`, `list(${type}).sum(): ${type}`, ({ items }: ListValue) =>
      items.reduce((sum, item) => add(sum as never, item as never), zero),
    ),
  ),
  ...ofEach((type) => member(`list_${type}_max_${type}`, `list(${type}).max(): ${type}`, extreme('max', 1))),
  ...ofEach((type) => member(`list_${type}_min_${type}`, `list(${type}).min(): ${type}`, extreme('min', -1))),
  member('list_a_index_of_int', 'list(A).indexOf(A): int', ({ items }: ListValue, item: Value) =>
    BigInt(items.findIndex((one) => isEqual(one, item))),
  ),
  member('list_a_last_index_of_int', 'list(A).lastIndexOf(A): int', ({ items }: ListValue, item: Value) =>
    BigInt(items.findLastIndex((one) => isEqual(one, item))),
  ),
  member('list_slice', 'list(T).slice(int, int): list(T)', slice),
  member('list_flatten', 'list(list(T)).flatten(): list(T)', flatten),
  member('list_flatten_int', 'list(dyn).flatten(int): list(dyn)', flatten),
  ...ofEach((type) =>
    member(`list_${type}_sort`, `list(${type}).sort(): list(${type})`, (list: ListValue) => sortedBy(list, list)),
  ),
  ...ofEach((type) =>
    member(`list_${type}_sortByAssociatedKeys`, `list(T).@sortByAssociatedKeys(list(${type})): list(T)`, sortedBy),
  ),
  global('lists_range', 'lists.range(int): list(int)', range),
  member('list_reverse', 'list(T).reverse(): list(T)', ({ items }: ListValue) => new ListValue(items.toReversed())),
  member('list_distinct', 'list(T).distinct(): list(T)', distinct),
]
