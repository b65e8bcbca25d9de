import { goType } from '../go-format.ts'
import { isWhole } from '../json/long-integer.ts'
import { isJsonObject, type JsonValue } from '../json-value.ts'
import { own } from '../own.ts'
import { type FieldPlan, Kind, type MessagePlan, planOf } from '../plan.ts'
import type { MessageClass } from '../schema.ts'

/**
 * Why a value cannot become an object of its kind, in the words of apimachinery's converter, which reads what a
 * strategic merge patch has made; undefined where it can, or other words are as good.
 */
export const restoreProblem = (message: MessageClass<unknown>, value: JsonValue): string | undefined =>
  structProblem(planOf(message), value)

/** The kinds of Go's values. */
const kindOf = (value: JsonValue): string =>
  Array.isArray(value) ? 'slice' : isJsonObject(value) ? 'map' : goType(value)

const structProblem = (plan: MessagePlan, value: JsonValue): string | undefined => {
  if (!isJsonObject(value)) return `cannot restore struct from: ${kindOf(value)}`
  for (const field of plan.flat) {
    const member = own(value, field.name) ?? null
    const problem = member === null ? undefined : fieldProblem(field, member)
    if (problem !== undefined) return problem
  }
  return undefined
}

const fieldProblem = (field: FieldPlan, value: JsonValue): string | undefined => {
  if (field.presence === 'list') {
    if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`
    return firstOf(value, (item) => itemProblem(field, item))
  }
  if (field.presence !== 'map') return itemProblem(field, value)
  if (!isJsonObject(value)) return `cannot restore map from ${kindOf(value)}`
  return firstOf(Object.values(value), (item) => itemProblem(field, item))
}

const firstOf = (
  items: readonly JsonValue[],
  problemOf: (item: JsonValue) => string | undefined,
): string | undefined => {
  for (const item of items) {
    const problem = item === null ? undefined : problemOf(item)
    if (problem !== undefined) return problem
  }
  return undefined
}

const itemProblem = (field: FieldPlan, value: JsonValue): string | undefined => {
  switch (field.kind) {
    case Kind.message:
      return structProblem(field.message!, value)
    case Kind.string:
      if (typeof value === 'string') return undefined
      // A number of whole is a rune in Go, which could be a text.
      return isWhole(value) ? 'cannot convert int64 to string' : 'unrecognized type: string'
    case Kind.bool:
      return typeof value === 'boolean' ? undefined : 'unrecognized type: bool'
    case Kind.int32:
    case Kind.int64:
    case Kind.double: {
      const type = field.goItemType
      if (typeof value === 'bigint') return undefined
      if (typeof value !== 'number') return `unrecognized type: ${type}`
      return Number.isInteger(value) || field.kind === Kind.double ? undefined : `cannot convert float64 to ${type}`
    }
    case Kind.bytes:
      return typeof value === 'string' ? undefined : `cannot restore slice from ${kindOf(value)}`
    case Kind.strings:
      if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`
      return firstOf(value, (item) => (typeof item === 'string' ? undefined : 'unrecognized type: string'))
    default:
      return undefined
  }
}
