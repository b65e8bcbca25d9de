import { COST, costOf, costOfResult } from '../cost/actual.ts'
import { library } from '../library/library.ts'
import type { Overload } from '../library/overload.ts'
import type { Call, Expression } from '../syntax/expression.ts'
import { CelCostError, CelError } from '../values/cel-error.ts'
import { isOf, typeNameOf } from '../values/kind-of.ts'
import { MapValue, ObjectValue, Optional, type Value } from '../values/value.ts'
import type { Evaluate } from './frame.ts'

type Plan = (expression: Expression) => Evaluate

const noOverload = (name: string, args: readonly Value[]): CelError =>
  new CelError(`no such overload: ${name}(${args.map(typeNameOf).join(', ')})`)

const bool = (value: Value): boolean => {
  if (typeof value !== 'boolean') throw new CelError('no such overload')
  return value
}

/** `&&` and `||`: one side that decides does so whatever the other is, an error too. */
const planLogical =
  (decides: boolean, left: Evaluate, right: Evaluate): Evaluate =>
  (frame) => {
    let failure: CelError | undefined
    try {
      if (bool(left(frame)) === decides) return decides
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      failure = error
    }
    if (bool(right(frame)) === decides) return decides
    if (failure !== undefined) throw failure
    return !decides
  }

const planConditional =
  ([condition, yes, no]: readonly Evaluate[]): Evaluate =>
  (frame) =>
    bool(condition!(frame)) ? yes!(frame) : no!(frame)

/** `a.?b`: an optional, also of what is none. */
const planOptionalField =
  (operand: Evaluate, field: string): Evaluate =>
  (frame) => {
    const value = operand(frame)
    frame.spend(COST.select)
    const held = value instanceof Optional ? value.value : value
    if (held === undefined) return new Optional(undefined)
    if (held instanceof ObjectValue) return new Optional(held.field(field))
    if (held instanceof MapValue) return new Optional(held.get(field))
    return new Optional(undefined)
  }

/** `or` and `orValue`: the other is looked at where there is no value alone. */
const planOr = (name: string, target: Evaluate, other: Evaluate): Evaluate => {
  return (frame) => {
    const optional = target(frame)
    if (!(optional instanceof Optional)) throw noOverload(name, [optional])
    frame.spend(COST.call)
    if (optional.value === undefined) return other(frame)
    return name === 'or' ? optional : optional.value
  }
}

const takes = ({ args }: Overload, values: readonly Value[]): boolean =>
  args.every((type, index) => isOf(values[index]!, type))

/** Functions that look at what values are, whatever the checker thought that they were: cel-go has one for all types. */
const BY_VALUE: ReadonlySet<string> = new Set('_+_ _-_ _*_ _/_ _%_ -_ _<_ _<=_ _>_ _>=_ size @in'.split(' '))

/** The overload that takes the values: of those that the checker found, or else of all. */
const overloadFor = ({ name, target, overloads = [] }: Call, values: readonly Value[]): Overload | undefined => {
  const found = overloads.find((one) => takes(one, values))
  if (found !== undefined || !BY_VALUE.has(name)) return found
  return library()
    .get(name)!
    .find((one) => one.isMember === (target !== undefined) && takes(one, values))
}

/** What JavaScript cannot hold costs more than anybody has. */
const applied = ({ call }: Overload, args: readonly Value[]): Value => {
  try {
    return call(...(args as never[]))
  } catch (error) {
    throw error instanceof RangeError ? new CelCostError() : error
  }
}

/** Makes of a call what evaluates it. */
export const planCall = (call: Call, plan: Plan): Evaluate => {
  const { name, target, overloads = [] } = call
  if (name === '_?._') return planOptionalField(plan(call.args[0]!), String((call.args[1] as { value?: Value }).value))
  const args = (target === undefined ? call.args : [target, ...call.args]).map(plan)
  if (name === '_&&_' || name === '_||_') return planLogical(name === '_||_', args[0]!, args[1]!)
  if (name === '_?_:_') return planConditional(args)
  if (name === '@not_strictly_false')
    return (frame) => {
      frame.spend(COST.call)
      return args[0]!(frame)
    }
  if (target !== undefined && args.length === 2 && overloads[0]?.id.startsWith('optional_or'))
    return planOr(name, args[0]!, args[1]!)
  const isIndex = name === '_[_]' || name === '_[?_]'
  return (frame) => {
    const values = args.map((evaluate) => evaluate(frame))
    // What is at an index is found by what holds it: a whole double is an index too.
    const overload = overloadFor(call, values) ?? (isIndex ? overloads[0] : undefined)
    if (overload === undefined) throw noOverload(name, values)
    frame.spend(isIndex ? COST.select : costOf(overload, values))
    const result = applied(overload, values)
    if (!isIndex) frame.spend(costOfResult(overload, values, result))
    return result
  }
}
