import { patternOf } from '../library/pattern.ts'
import type { Call, Expression } from '../syntax/expression.ts'
import type { SourceProblem } from '../syntax/source-error.ts'
import { CelError } from '../values/cel-error.ts'
import { parseDuration, parseTimestamp } from '../values/time.ts'
import { formatProblem } from './format-calls.ts'

const isPattern = (text: string): boolean => {
  try {
    patternOf(text)
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

/** Functions whose arguments, where they stand in the expression, must be right; and which of them it is. */
const CHECKED: { readonly [name: string]: (text: string) => boolean } = {
  duration: (text) => parseDuration(text) !== undefined,
  timestamp: (text) => parseTimestamp(text) !== undefined,
  matches: isPattern,
}

const problemOf = ({ name, args }: Call): SourceProblem | undefined => {
  const check = Object.hasOwn(CHECKED, name) ? CHECKED[name]! : undefined
  const arg = args.at(-1)
  if (check === undefined || arg?.kind !== 'literal' || typeof arg.value !== 'string' || check(arg.value))
    return undefined
  return { at: arg.at, message: `invalid ${name} argument` }
}

const partsOf = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case 'select':
      return [expression.operand]
    case 'call':
      return [...(expression.target === undefined ? [] : [expression.target]), ...expression.args]
    case 'list':
      return expression.items.map(({ value }) => value)
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expression.fields.map(({ value }) => value)
    case 'comprehension':
      return [expression.range, expression.start, expression.condition, expression.step, expression.result]
    default:
      return []
  }
}

/** An expression and all in it, the outer before the inner. */
export function* eachExpression(expression: Expression): Generator<Expression> {
  yield expression
  for (const part of partsOf(expression)) yield* eachExpression(part)
}

/** Texts in an expression that are to be patterns, durations, times and formats, and are none. */
export const literalProblems = (expression: Expression): readonly SourceProblem[] =>
  [...eachExpression(expression)].flatMap((part) => {
    const problem = part.kind === 'call' ? (problemOf(part) ?? formatProblem(part)) : undefined
    return problem === undefined ? [] : [problem]
  })
