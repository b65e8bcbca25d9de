import type { Duration, Timestamp } from './time.ts'

/** A whole number that is never negative. */
export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** How the items of a list belong together, where it is more than their order: `x-kubernetes-list-type`. */
export interface ListRules {
  equals(one: ListValue, other: ListValue): boolean
  add(one: ListValue, other: ListValue): ListValue
}

export class ListValue {
  readonly items: readonly Value[]
  readonly rules: ListRules | undefined
  constructor(items: readonly Value[], rules?: ListRules) {
    this.items = items
    this.rules = rules
  }
}

/** Values under keys. */
export abstract class MapValue {
  abstract readonly size: number
  /** undefined for what is not there. */
  abstract get(key: Value): Value | undefined
  abstract keys(): readonly Value[]
}

/** An object of a type that is known: fields by their names in CEL. */
export abstract class ObjectValue {
  abstract readonly typeName: string
  abstract field(name: string): Value | undefined
  /** Names of the fields that are there. */
  abstract names(): readonly string[]
}

export class Optional {
  /** undefined: there is none. */
  readonly value: Value | undefined
  constructor(value: Value | undefined) {
    this.value = value
  }
}

/** A type as a value. */
export class TypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A value of one of the libraries: a URL, an address. */
export abstract class Opaque {
  abstract readonly typeName: string
  abstract equals(other: Opaque): boolean
  /** How large it counts for what a call with it costs. */
  get size(): number {
    return 1
  }
}

/** An int is a bigint, a double a number. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Uint8Array
  | Duration
  | Timestamp
  | ListValue
  | MapValue
  | ObjectValue
  | Optional
  | TypeValue
  | Opaque
