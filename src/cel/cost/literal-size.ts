import { lengthOf } from '../library/standard/texts.ts'
import type { Expression } from '../syntax/expression.ts'
import { fixed, type Range } from './range.ts'

/** How large what stands in an expression as it is, is; undefined for all else. */
export const literalSize = (expression: Expression): Range | undefined => {
  if (expression.kind === 'list') return fixed(expression.items.length)
  if (expression.kind === 'map') return fixed(expression.entries.length)
  if (expression.kind !== 'literal') return undefined
  const { value } = expression
  if (typeof value === 'string') return fixed(lengthOf(value))
  return fixed(value instanceof Uint8Array ? value.length : 1)
}
