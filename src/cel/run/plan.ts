import { TYPE_NAMES } from '../check/type-names.ts'
import { COST } from '../cost/actual.ts'
import type { Expression, Identifier, List, MapLiteral, Select, Struct } from '../syntax/expression.ts'
import { CelError } from '../values/cel-error.ts'
import { typeNameFor, typeNameOf } from '../values/kind-of.ts'
import { isKey, LiteralMap } from '../values/literal-map.ts'
import { StructValue } from '../values/struct-value.ts'
import { ListValue, MapValue, ObjectValue, Optional, TypeValue, type Value } from '../values/value.ts'
import type { Evaluate } from './frame.ts'
import { planCall } from './plan-call.ts'
import { planFold } from './plan-fold.ts'
import { Slots } from './slots.ts'

const typeValue = (name: string): TypeValue | undefined => {
  const type = TYPE_NAMES.get(name)
  return type?.kind === 'type' && type.of !== undefined ? new TypeValue(typeNameFor(type.of)) : undefined
}

const planVariable = (name: string, slots: Slots): Evaluate => {
  const slot = slots.find(name)
  if (slot !== undefined)
    return (frame) => {
      frame.spend(COST.select)
      return frame.slot(slot)
    }
  const type = typeValue(name)
  return (frame) => {
    frame.spend(COST.select)
    const value = frame.inputs[name] ?? type
    if (value !== undefined) return value
    if (name in frame.inputs && frame.inputs[name] === null) return null
    throw new CelError(`no such attribute(s): ${name}`)
  }
}

/** A field of a value; undefined where it is not there. */
const fieldOf = (value: Value, field: string): Value | undefined => {
  if (value instanceof ObjectValue) return value.field(field)
  if (value instanceof MapValue) return value.get(field)
  throw new CelError('no such overload')
}

const select = (value: Value, field: string): Value => {
  if (value instanceof Optional)
    return new Optional(value.value === undefined ? undefined : fieldOf(value.value, field))
  const found = fieldOf(value, field)
  if (found === undefined) throw new CelError(`no such key: ${field}`)
  return found
}

const isThere = (value: Value, field: string): boolean => {
  if (value instanceof Optional) return value.value !== undefined && fieldOf(value.value, field) !== undefined
  return fieldOf(value, field) !== undefined
}

const planSelect = (expression: Select, slots: Slots): Evaluate => {
  if (expression.variable !== undefined) return planVariable(expression.variable, slots)
  const operand = plan(expression.operand, slots)
  const { field } = expression
  if (expression.isTest) return (frame) => isThere(operand(frame), field)
  return (frame) => {
    const value = operand(frame)
    frame.spend(COST.select)
    return select(value, field)
  }
}

/** What is there of optional items: the value in them. */
const present = (value: Value, isOptional: boolean): Value | undefined => {
  if (!isOptional) return value
  if (value instanceof Optional) return value.value
  throw new CelError(`no such overload: ?${typeNameOf(value)}`)
}

const planList = ({ items }: List, slots: Slots): Evaluate => {
  const planned = items.map(({ value, isOptional }) => ({ evaluate: plan(value, slots), isOptional }))
  return (frame) => {
    const found: Value[] = []
    for (const { evaluate, isOptional } of planned) {
      const value = present(evaluate(frame), isOptional)
      if (value !== undefined) found.push(value)
    }
    frame.spend(COST.list)
    return new ListValue(found)
  }
}

const planMap = ({ entries }: MapLiteral, slots: Slots): Evaluate => {
  const planned = entries.map((entry) => ({
    key: plan(entry.key, slots),
    value: plan(entry.value, slots),
    isOptional: entry.isOptional,
  }))
  return (frame) => {
    const found: (readonly [Value, Value])[] = []
    for (const { key, value, isOptional } of planned) {
      const name = key(frame)
      const held = present(value(frame), isOptional)
      if (!isKey(name)) throw new CelError(`unsupported key type: ${typeNameOf(name)}`)
      if (held !== undefined) found.push([name, held])
    }
    frame.spend(COST.map)
    const map = new LiteralMap(found)
    if (map.size < found.length) throw new CelError('Failed with repeated key')
    return map
  }
}

const planStruct = ({ name, fields }: Struct, slots: Slots): Evaluate => {
  const planned = fields.map((field) => ({ ...field, evaluate: plan(field.value, slots) }))
  return (frame) => {
    const found = new Map<string, Value>()
    for (const { name: field, evaluate, isOptional } of planned) {
      const value = present(evaluate(frame), isOptional)
      if (value !== undefined) found.set(field, value)
    }
    frame.spend(COST.struct)
    return new StructValue(name.replace(/^\./, ''), found)
  }
}

/** Makes of a checked expression what evaluates it. */
export const plan = (expression: Expression, slots: Slots = new Slots()): Evaluate => {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      return () => value
    }
    case 'identifier':
      return planVariable((expression as Identifier).name, slots)
    case 'select':
      return planSelect(expression, slots)
    case 'call':
      return planCall(expression, (part) => plan(part, slots))
    case 'list':
      return planList(expression, slots)
    case 'map':
      return planMap(expression, slots)
    case 'struct':
      return planStruct(expression, slots)
    case 'comprehension':
      return planFold(expression, slots, plan)
  }
}
