import { type CelType, unwrapOptional } from '../types/type.ts'
import { Duration, Timestamp } from './time.ts'
import { ListValue, MapValue, ObjectValue, Opaque, Optional, TypeValue, Uint, type Value } from './value.ts'

/** The name of a value's type, as `type()` gives it. */
export const typeNameOf = (value: Value): string => {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
  }
  if (value === null) return 'null_type'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof ListValue) return 'list'
  if (value instanceof MapValue) return 'map'
  if (value instanceof Optional) return 'optional_type'
  if (value instanceof TypeValue) return 'type'
  return value.typeName
}

const NAMES: { readonly [kind: string]: string } = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
}

/** What `type()` gives for values of a type. */
export const typeNameFor = (type: CelType): string => ('name' in type ? type.name : (NAMES[type.kind] ?? type.kind))

/** Whether a value is of a type, as far as it shows at once: not what is in a list or a map. */
export const isOf = (value: Value, type: CelType): boolean => {
  if (type.kind === 'dyn' || type.kind === 'param' || type.kind === 'error') return true
  if (unwrapOptional(type) !== undefined) return value instanceof Optional
  if (type.kind === 'object')
    return (value instanceof ObjectValue || value instanceof Opaque) && value.typeName === type.name
  return typeNameOf(value) === typeNameFor(type)
}
