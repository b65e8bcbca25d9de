import { BOOL, BYTES, type CelType, DOUBLE, DYN, INT, NULL, STRING, UINT } from '../types/type.ts'
import { Uint, type Value } from '../values/value.ts'

/** The type of what stands in an expression as it is. */
export const literalType = (value: Value): CelType => {
  switch (typeof value) {
    case 'boolean':
      return BOOL
    case 'bigint':
      return INT
    case 'number':
      return DOUBLE
    case 'string':
      return STRING
  }
  if (value === null) return NULL
  if (value instanceof Uint) return UINT
  return value instanceof Uint8Array ? BYTES : DYN
}
