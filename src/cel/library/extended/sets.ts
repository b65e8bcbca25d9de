import { isEqual } from '../../values/compare.ts'
import type { ListValue, Value } from '../../values/value.ts'
import { global, type Overload } from '../overload.ts'

const has = ({ items }: ListValue, item: Value): boolean => items.some((one) => isEqual(one, item))
const contains = (list: ListValue, part: ListValue): boolean => part.items.every((item) => has(list, item))

/** Lists as sets. */
export const sets: readonly Overload[] = [
  global('list_sets_contains_list', 'sets.contains(list(T), list(T)): bool', contains),
  global(
    'list_sets_equivalent_list',
    'sets.equivalent(list(T), list(T)): bool',
    (one: ListValue, other: ListValue) => contains(one, other) && contains(other, one),
  ),
  global('list_sets_intersects_list', 'sets.intersects(list(T), list(T)): bool', (one: ListValue, other: ListValue) =>
    one.items.some((item) => has(other, item)),
  ),
]
