import { CelError } from '../../values/cel-error.ts'
import { compared, isEqual } from '../../values/compare.ts'
import type { ListValue, MapValue, Value } from '../../values/value.ts'
import { global, type Overload } from '../overload.ts'

/** Types that are compared with one another, as the names of overloads have them. */
const ORDERED: readonly (readonly [name: string, one: string, other: string])[] = [
  ['bool', 'bool', 'bool'],
  ['int64', 'int', 'int'],
  ['int64_double', 'int', 'double'],
  ['int64_uint64', 'int', 'uint'],
  ['uint64', 'uint', 'uint'],
  ['uint64_double', 'uint', 'double'],
  ['uint64_int64', 'uint', 'int'],
  ['double', 'double', 'double'],
  ['double_int64', 'double', 'int'],
  ['double_uint64', 'double', 'uint'],
  ['string', 'string', 'string'],
  ['bytes', 'bytes', 'bytes'],
  ['timestamp', 'timestamp', 'timestamp'],
  ['duration', 'duration', 'duration'],
]

const OPERATORS: readonly (readonly [name: string, operator: string, holds: (order: number) => boolean])[] = [
  ['less', '_<_', (order) => order < 0],
  ['less_equals', '_<=_', (order) => order <= 0],
  ['greater', '_>_', (order) => order > 0],
  ['greater_equals', '_>=_', (order) => order >= 0],
]

const orders = OPERATORS.flatMap(([name, operator, holds]) =>
  ORDERED.map(([types, one, other]) =>
    global(`${name}_${types}`, `${operator}(${one}, ${other}): bool`, (a: Value, b: Value) => {
      const order = compared(a, b)
      if (order === undefined) throw new CelError('NaN values cannot be ordered')
      return holds(order)
    }),
  ),
)

/** Order, equality, and what holds what. Those of logic are evaluated where they stand, and declared alone. */
export const comparison: readonly Overload[] = [
  ...orders,
  global('equals', '_==_(A, A): bool', (a: Value, b: Value) => isEqual(a, b)),
  global('not_equals', '_!=_(A, A): bool', (a: Value, b: Value) => !isEqual(a, b)),
  global('in_list', '@in(A, list(A)): bool', (item: Value, list: ListValue) =>
    list.items.some((one) => isEqual(one, item)),
  ),
  global('in_map', '@in(A, map(A, B)): bool', (key: Value, map: MapValue) => map.get(key) !== undefined),
  global('logical_not', '!_(bool): bool', (a: boolean) => !a),
  global('logical_and', '_&&_(bool, bool): bool', (a: boolean, b: boolean) => a && b),
  global('logical_or', '_||_(bool, bool): bool', (a: boolean, b: boolean) => a || b),
  global('conditional', '_?_:_(bool, A, A): A', (is: boolean, yes: Value, no: Value) => (is ? yes : no)),
  global('not_strictly_false', '@not_strictly_false(bool): bool', (a: boolean) => a),
]
