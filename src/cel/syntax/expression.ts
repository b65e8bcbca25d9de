import type { Overload } from '../library/overload.ts'
import type { CelType } from '../types/type.ts'
import type { Value } from '../values/value.ts'

interface Base {
  /** Where it stands, in code points: an operator stands for what it makes. */
  readonly at: number
  /** What the checker found out. */
  type?: CelType
}

interface Literal extends Base {
  readonly kind: 'literal'
  readonly value: Value
}

export interface Identifier extends Base {
  readonly kind: 'identifier'
  name: string
}

export interface Select extends Base {
  readonly kind: 'select'
  readonly operand: Expression
  readonly field: string
  /** `has(a.b)`: whether it is there. */
  readonly isTest: boolean
  /** The variable that `a.b.c` names as a whole. */
  variable?: string
}

export interface Call extends Base {
  readonly kind: 'call'
  /** `_+_`, `size`, `ip.isCanonical`. */
  name: string
  target: Expression | undefined
  readonly args: readonly Expression[]
  overloads?: readonly Overload[]
}

/** An item of a list; one that is optional is there if its value is. */
interface ListItem {
  readonly value: Expression
  readonly isOptional: boolean
}

export interface List extends Base {
  readonly kind: 'list'
  readonly items: readonly ListItem[]
}

interface MapEntry {
  readonly key: Expression
  readonly value: Expression
  readonly isOptional: boolean
}

export interface MapLiteral extends Base {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

interface StructField {
  readonly at: number
  readonly name: string
  readonly value: Expression
  readonly isOptional: boolean
}

export interface Struct extends Base {
  readonly kind: 'struct'
  readonly name: string
  readonly fields: readonly StructField[]
}

/** A fold over a range, into which macros such as `all` are expanded. */
export interface Comprehension extends Base {
  readonly kind: 'comprehension'
  readonly range: Expression
  readonly variable: string
  /** With it, the first is the key or the index. */
  readonly second: string | undefined
  readonly accumulator: string
  readonly start: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

/** An expression as it is parsed; the checker writes into it what it finds. */
export type Expression = Literal | Identifier | Select | Call | List | MapLiteral | Struct | Comprehension
