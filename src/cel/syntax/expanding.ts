import type { Value } from '../values/value.ts'
import type { Expression } from './expression.ts'

/** The variable in which a fold gathers. */
export const ACCUMULATOR = '@result'

export const literal = (value: Value, at: number): Expression => ({ kind: 'literal', value, at })
export const identifier = (name: string, at: number): Expression => ({ kind: 'identifier', name, at })
export const accumulated = (at: number): Expression => identifier(ACCUMULATOR, at)
export const call = (name: string, at: number, ...args: readonly Expression[]): Expression => ({
  kind: 'call',
  name,
  target: undefined,
  args,
  at,
})
export const listOf = (items: readonly Expression[], at: number): Expression => ({
  kind: 'list',
  items: items.map((value) => ({ value, isOptional: false })),
  at,
})

interface Fold {
  readonly start: Expression
  readonly step: Expression
  readonly condition?: Expression
  readonly result?: Expression
}

/** A fold over a range, with one variable or two. */
export const folded = (range: Expression, names: readonly string[], at: number, fold: Fold): Expression => ({
  kind: 'comprehension',
  range,
  variable: names[0]!,
  second: names[1],
  accumulator: ACCUMULATOR,
  condition: literal(true, at),
  result: accumulated(at),
  at,
  ...fold,
})

/** An expression in which a name stands for a value: a fold over nothing. */
export const bound = (name: string, value: Expression, inner: Expression, at: number): Expression => ({
  kind: 'comprehension',
  range: listOf([], at),
  variable: '#unused',
  second: undefined,
  accumulator: name,
  start: value,
  condition: literal(false, at),
  step: identifier(name, at),
  result: inner,
  at,
})

/** Whether a fold does nothing but to give a name to a value. */
export const isBinding = ({ accumulator }: { readonly accumulator: string }): boolean => accumulator !== ACCUMULATOR
