import { accumulated, bound, call, folded, identifier, listOf, literal } from './expanding.ts'
import type { Call, Expression } from './expression.ts'

/** A macro that is used in a way that it cannot be. */
export class MacroError extends Error {
  readonly code = 'CEL_MACRO'
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.name = 'MacroError'
    this.at = at
  }
}

type Expander = (target: Expression, args: readonly Expression[], at: number) => Expression

const nameOf = (argument: Expression, why: string): string => {
  if (argument.kind !== 'identifier') throw new MacroError(argument.at, why)
  if (argument.name === '__result__')
    throw new MacroError(argument.at, 'iteration variable overwrites accumulator variable')
  return argument.name
}

const SIMPLE = 'argument must be a simple name'

/** The names of one or two variables, and the arguments that follow. */
const variablesOf = (args: readonly Expression[], count: number, why = SIMPLE) => {
  const names = args.slice(0, count).map((argument) => nameOf(argument, why))
  if (count === 2 && names[0] === names[1]) throw new MacroError(args[1]!.at, `duplicate variable name: ${names[0]}`)
  return { names, rest: args.slice(count) }
}

const all =
  (count: number): Expander =>
  (target, args, at) => {
    const { names, rest } = variablesOf(args, count)
    return folded(target, names, at, {
      start: literal(true, at),
      condition: call('@not_strictly_false', at, accumulated(at)),
      step: call('_&&_', at, accumulated(at), rest[0]!),
    })
  }

const exists =
  (count: number): Expander =>
  (target, args, at) => {
    const { names, rest } = variablesOf(args, count)
    return folded(target, names, at, {
      start: literal(false, at),
      condition: call('@not_strictly_false', at, call('!_', at, accumulated(at))),
      step: call('_||_', at, accumulated(at), rest[0]!),
    })
  }

const existsOne =
  (count: number): Expander =>
  (target, args, at) => {
    const { names, rest } = variablesOf(args, count)
    const more = call('_+_', at, accumulated(at), literal(1n, at))
    return folded(target, names, at, {
      start: literal(0n, at),
      step: call('_?_:_', at, rest[0]!, more, accumulated(at)),
      result: call('_==_', at, accumulated(at), literal(1n, at)),
    })
  }

/** Where there is a filter, a step that is taken if it says so. */
const filtered = (filter: Expression | undefined, step: Expression, at: number): Expression =>
  filter === undefined ? step : call('_?_:_', at, filter, step, accumulated(at))

const toList =
  (count: number, why?: string): Expander =>
  (target, args, at) => {
    const { names, rest } = variablesOf(args, count, why)
    const made = rest.at(-1)!
    const step = call('_+_', at, accumulated(at), listOf([made], at))
    const filter = rest.length > 1 ? rest[0] : undefined
    return folded(target, names, at, { start: listOf([], at), step: filtered(filter, step, at) })
  }

const filter: Expander = (target, args, at) => {
  const { names, rest } = variablesOf(args, 1, 'argument is not an identifier')
  const step = call('_+_', at, accumulated(at), listOf([args[0]!], at))
  return folded(target, names, at, { start: listOf([], at), step: filtered(rest[0], step, at) })
}

const toMap =
  (isEntry: boolean): Expander =>
  (target, args, at) => {
    const { names, rest } = variablesOf(args, 2)
    const made = rest.at(-1)!
    const step = isEntry
      ? call('cel.@mapInsert', at, accumulated(at), made)
      : call('cel.@mapInsert', at, accumulated(at), identifier(names[0]!, at), made)
    const condition = rest.length > 1 ? rest[0] : undefined
    const start: Expression = { kind: 'map', entries: [], at }
    return folded(target, names, at, { start, step: filtered(condition, step, at) })
  }

const has = (argument: Expression, at: number): Expression => {
  if (argument.kind !== 'select') throw new MacroError(argument.at, 'invalid argument to has() macro')
  return { ...argument, isTest: true, at }
}

const sortBy: Expander = (target, args, at) => {
  const name = '@__sortBy_input__'
  const keys = toList(1, 'argument is not an identifier')(identifier(name, at), args, at)
  return bound(
    name,
    target,
    { kind: 'call', name: '@sortByAssociatedKeys', target: identifier(name, at), args: [keys], at },
    at,
  )
}

/** `a.optMap(x, ...)`: what is made of the value, if there is one. */
const optional =
  (isFlat: boolean): Expander =>
  (target, args, at) => {
    const [argument, made] = args
    if (argument!.kind !== 'identifier')
      throw new MacroError(
        argument!.at,
        `${isFlat ? 'optFlatMap' : 'optMap'}() variable name must be a simple identifier`,
      )
    const value: Expression = { kind: 'call', name: 'value', target, args: [], at }
    const inner = bound(argument!.name, value, made!, at)
    return call(
      '_?_:_',
      at,
      { kind: 'call', name: 'hasValue', target, args: [], at },
      isFlat ? inner : call('optional.of', at, inner),
      call('optional.none', at),
    )
  }

const MEMBERS: { readonly [nameAndCount: string]: Expander } = {
  'all/2': all(1),
  'all/3': all(2),
  'exists/2': exists(1),
  'exists/3': exists(2),
  'exists_one/2': existsOne(1),
  'existsOne/2': existsOne(1),
  'existsOne/3': existsOne(2),
  'map/2': toList(1, 'argument is not an identifier'),
  'map/3': toList(1, 'argument is not an identifier'),
  'filter/2': filter,
  'transformList/3': toList(2),
  'transformList/4': toList(2),
  'transformMap/3': toMap(false),
  'transformMap/4': toMap(false),
  'transformMapEntry/3': toMap(true),
  'transformMapEntry/4': toMap(true),
  'sortBy/2': sortBy,
  'optMap/2': optional(false),
  'optFlatMap/2': optional(true),
}

/** What a call stands for, if it is a macro. Throws MacroError. */
export const expandMacro = ({ name, target, args, at }: Call): Expression | undefined => {
  if (target === undefined) return name === 'has' && args.length === 1 ? has(args[0]!, at) : undefined
  const key = `${name}/${args.length}`
  return Object.hasOwn(MEMBERS, key) ? MEMBERS[key]!(target, args, at) : undefined
}
