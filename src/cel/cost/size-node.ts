import type { Expression } from '../syntax/expression.ts'
import type { CelType } from '../types/type.ts'
import type { Range } from './range.ts'

/** A part of an expression as what estimates costs sees it. */
export interface SizeNode {
  /** Where in the variables it is: `self`, `spec`, `@items`; empty where nobody knows. */
  readonly path: readonly string[]
  readonly type: CelType
  readonly expression?: Expression
  /** How large it is, where that follows of the expression. */
  readonly size?: Range | undefined
}

/** What a call costs at least and at most, its arguments apart, and how large its result is. */
export interface CallEstimate {
  readonly cost: Range
  readonly size?: Range
}

/** How large what is at a path can be. */
export type SizeOf = (path: readonly string[]) => Range | undefined
