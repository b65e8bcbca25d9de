import { isBinding } from '../syntax/expanding.ts'
import type { Comprehension, Expression } from '../syntax/expression.ts'
import { CelError } from '../values/cel-error.ts'
import { typeNameOf } from '../values/kind-of.ts'
import { ListValue, MapValue, type Value } from '../values/value.ts'
import type { Evaluate, Frame } from './frame.ts'
import type { Slots } from './slots.ts'

type Plan = (expression: Expression, slots: Slots) => Evaluate

/** What a fold goes over: values of the first variable, and of the second if there is one. */
const rangeOf = (range: Value, isPair: boolean): readonly (readonly [Value, Value])[] => {
  if (range instanceof ListValue)
    return range.items.map((item, index) => (isPair ? [BigInt(index), item] : [item, item]))
  if (range instanceof MapValue) return range.keys().map((key) => [key, range.get(key)!])
  throw new CelError(`got '${typeNameOf(range)}', expected iterable type`)
}

/** A value, or the error instead of it. */
const attempt = (evaluate: Evaluate, frame: Frame): Value | CelError => {
  try {
    return evaluate(frame)
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

/** The one that a fold to a list appends at a step, if that is what it does: lists are then not copied each time. */
const appended = ({ step, accumulator }: Comprehension): Expression | undefined => {
  if (step.kind !== 'call' || step.name !== '_+_') return undefined
  const [list, more] = step.args
  if (list?.kind !== 'identifier' || list.name !== accumulator || more?.kind !== 'list') return undefined
  return more.items.length === 1 ? more : undefined
}

/** Makes of a fold what evaluates it. `all` and `exists` go on after an error: what follows may decide all the same. */
export const planFold = (fold: Comprehension, slots: Slots, plan: Plan): Evaluate => {
  const start = plan(fold.start, slots)
  const outer = slots.with(fold.accumulator)
  const gathered = outer.index
  const result = plan(fold.result, outer)
  if (isBinding(fold))
    return (frame) => {
      frame.slots[gathered] = start(frame)
      return result(frame)
    }
  const inner = outer.with(fold.variable)
  const both = fold.second === undefined ? inner : inner.with(fold.second)
  const [range, condition, step] = [plan(fold.range, slots), plan(fold.condition, both), plan(fold.step, both)]
  const isLogical = fold.step.kind === 'call' && ['_&&_', '_||_'].includes(fold.step.name)
  const item = appended(fold)
  const append = item && plan(item, both)
  return (frame) => {
    const entries = rangeOf(range(frame), fold.second !== undefined)
    frame.slots[gathered] = start(frame)
    const list: Value[] = []
    for (const [first, second] of entries) {
      frame.slots[inner.index] = first
      if (both !== inner) frame.slots[both.index] = second
      if (attempt(condition, frame) === false) break
      if (append !== undefined) {
        list.push(...(append(frame) as ListValue).items)
        frame.spend(2)
      } else frame.slots[gathered] = isLogical ? attempt(step, frame) : step(frame)
    }
    if (append !== undefined) frame.slots[gathered] = new ListValue(list)
    return result(frame)
  }
}
