/** A type as it is written: what JSON can hold, and no more. */
export type TypeNode =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'string' | 'number' | 'boolean' | 'undefined' }
  | { readonly kind: 'array' | 'record'; readonly of: TypeNode }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  | { readonly kind: 'union' | 'intersection'; readonly of: readonly TypeNode[] }

export interface Field {
  readonly name: string
  readonly optional: boolean
  readonly type: TypeNode
  /** Its docstring, on one line. */
  readonly doc: string | undefined
}

/** A declaration by its name. */
export interface Declared {
  readonly type: TypeNode
  readonly doc: string | undefined
}
