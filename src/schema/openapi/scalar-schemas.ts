import type { Scalar } from '../schema.ts'

/** What OpenAPI says of plain values. */
export const SCALAR_SCHEMAS: {
  readonly [name in Scalar<unknown>['scalar']]: { readonly type: string; readonly format?: string }
} = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
}
