import type { Expression } from '../syntax/expression.ts'

/** The name that identifiers with dots between make: `a.b.c`; undefined for all else. */
export const qualifiedName = (expression: Expression): string | undefined => {
  if (expression.kind === 'identifier') return expression.name.replace(/^\./, '')
  if (expression.kind !== 'select' || expression.isTest) return undefined
  const operand = qualifiedName(expression.operand)
  return operand === undefined ? undefined : `${operand}.${expression.field}`
}
