import { type Clause, piecesOf, wrongType } from '../library/extended/format-clauses.ts'
import type { Expression } from '../syntax/expression.ts'
import type { SourceProblem } from '../syntax/source-error.ts'
import { DYN } from '../types/type.ts'
import { typeNameFor } from '../values/kind-of.ts'

const INTEGERS = ['int', 'uint']
const TAKEN: { readonly [letter: string]: readonly string[] } = {
  s: [...INTEGERS, 'double', 'bool', 'string', 'bytes', 'list', 'map', 'timestamp', 'duration', 'type', 'null'],
  d: INTEGERS,
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: [...INTEGERS, 'bool'],
  o: INTEGERS,
  x: [...INTEGERS, 'string', 'bytes'],
  X: [...INTEGERS, 'string', 'bytes'],
}

/** The first part of an argument that a clause does not take: of `%s` also what is in a list or a map. */
const refused = (letter: string, arg: Expression): Expression | undefined => {
  const { kind } = arg.type ?? DYN
  if (kind !== 'dyn' && !TAKEN[letter]!.includes(kind)) return arg
  if (letter !== 's') return undefined
  const parts =
    arg.kind === 'list'
      ? arg.items.map(({ value }) => value)
      : arg.kind === 'map'
        ? arg.entries.flatMap(({ key, value }) => [key, value])
        : []
  return parts.map((part) => refused(letter, part)).find((part) => part !== undefined)
}

const problemOf = (
  clause: Clause,
  arg: Expression | undefined,
  index: number,
  at: number,
): SourceProblem | undefined => {
  if (clause.isCut) return { at, message: 'unexpected end of string' }
  if (arg === undefined) return { at, message: `index ${index} out of range` }
  if (clause.problem !== undefined) return { at, message: clause.problem }
  const part = refused(clause.letter, arg)
  return part && { at: part.at, message: wrongType(clause.letter, typeNameFor(part.type ?? DYN)) }
}

/** What is wrong with a call of `format` whose text and list stand in the expression. */
export const formatProblem = (expression: Expression): SourceProblem | undefined => {
  if (expression.kind !== 'call' || expression.name !== 'format' || expression.args.length !== 1) return undefined
  const { target, args, at } = expression
  const [list] = args
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return undefined
  const clauses = [...piecesOf(target.value)].filter((piece) => typeof piece !== 'string')
  for (const [index, clause] of clauses.entries()) {
    const problem = problemOf(clause, list.items[index]?.value, index, at)
    if (problem !== undefined) return problem
  }
  if (list.items.length <= clauses.length) return undefined
  const counts = `expected ${clauses.length}, got ${list.items.length}`
  return { at, message: `too many arguments supplied to string.format (${counts})` }
}
