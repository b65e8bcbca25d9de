import type { Overload } from '../library/overload.ts'
import type { Call, Comprehension, Expression, List, MapLiteral, Select, Struct } from '../syntax/expression.ts'
import type { SourceProblem } from '../syntax/source-error.ts'
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  INT,
  isSameType,
  listOf,
  mapOf,
  type ObjectType,
  optionalOf,
  typeText,
  unwrapOptional,
} from '../types/type.ts'
import { Inference } from './inference.ts'
import { literalType } from './literal-type.ts'
import { qualifiedName } from './qualified-name.ts'
import { Scope } from './scope.ts'
import { TYPE_NAMES } from './type-names.ts'

/** What expressions may name. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: ReadonlyMap<string, readonly Overload[]>
  /** Types of objects that expressions may make. */
  readonly structs: ReadonlyMap<string, ObjectType>
}

const isLoose = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'error'

/** Finds the types of an expression and of all in it, and which overloads its calls may mean. */
export class Checker {
  readonly problems: SourceProblem[] = []
  readonly #declarations: Declarations
  readonly #inference = new Inference()
  #scope: Scope

  constructor(declarations: Declarations) {
    this.#declarations = declarations
    this.#scope = new Scope([...TYPE_NAMES, ...declarations.variables])
  }

  /** The type of an expression; it is written into all of its parts. */
  check(expression: Expression): CelType {
    const type = this.#typeOf(expression)
    expression.type = type
    return type
  }

  /** A type with all that is known by now. */
  settled(type: CelType): CelType {
    return this.#inference.settled(type)
  }

  #problem(at: number, message: string): CelType {
    this.problems.push({ at, message })
    return ERROR
  }

  #known(expression: Expression): CelType {
    return this.#inference.known(expression.type ?? DYN)
  }

  #typeOf(expression: Expression): CelType {
    switch (expression.kind) {
      case 'literal':
        return literalType(expression.value)
      case 'identifier':
        expression.name = expression.name.replace(/^\./, '')
        return (
          this.#scope.find(expression.name) ??
          this.#problem(expression.at, `undeclared reference to '${expression.name}' (in container '')`)
        )
      case 'select':
        return this.#select(expression)
      case 'call':
        return this.#call(expression)
      case 'list':
        return this.#list(expression)
      case 'map':
        return this.#map(expression)
      case 'struct':
        return this.#struct(expression)
      case 'comprehension':
        return this.#comprehension(expression)
    }
  }

  #select(select: Select): CelType {
    const whole = qualifiedName(select)
    const variable = whole === undefined ? undefined : this.#scope.find(whole)
    if (variable !== undefined) {
      select.variable = whole!
      return variable
    }
    const type = this.#field(select.at, select.operand, select.field, false)
    return select.isTest ? BOOL : this.#inference.known(type)
  }

  #field(at: number, operand: Expression, field: string, isOptional: boolean): CelType {
    this.check(operand)
    const whole = this.#known(operand)
    const inner = unwrapOptional(whole)
    const result = this.#fieldOf(at, inner ?? whole, field)
    return inner !== undefined || isOptional ? optionalOf(result) : result
  }

  #fieldOf(at: number, type: CelType, field: string): CelType {
    switch (type.kind) {
      case 'map':
        return type.value
      case 'object':
        return type.fields.get(field) ?? this.#problem(at, `undefined field '${field}'`)
      case 'param':
        this.#inference.assign([DYN], [type])
        return DYN
      default:
        if (!isLoose(type)) this.#problem(at, `type '${typeText(type)}' does not support field selection`)
        return DYN
    }
  }

  #call(call: Call): CelType {
    const { name, args, target, at } = call
    if (name === '_?._') {
      const [operand, field] = args
      const type = this.#field(at, operand!, String((field as { value?: unknown }).value), true)
      return this.#inference.known(type)
    }
    for (const arg of args) this.check(arg)
    if (target === undefined) {
      call.name = name.replace(/^\./, '')
      return this.#resolved(call, call.name, undefined)
    }
    // `ip.isCanonical(x)` names a function, and no variable.
    const prefix = qualifiedName(target)
    const whole = prefix === undefined ? undefined : `${prefix}.${name}`
    if (whole !== undefined && this.#declarations.functions.has(whole)) {
      call.name = whole
      call.target = undefined
      return this.#resolved(call, whole, undefined)
    }
    this.check(target)
    return this.#resolved(call, name, target)
  }

  #resolved(call: Call, name: string, target: Expression | undefined): CelType {
    const declared = this.#declarations.functions.get(name)
    if (declared === undefined) return this.#problem(call.at, `undeclared reference to '${name}' (in container '')`)
    const args = target === undefined ? call.args : [target, ...call.args]
    if (name === '_&&_' || name === '_||_') return this.#logical(call, declared)
    const types = args.map((arg) => arg.type ?? DYN)
    const found: Overload[] = []
    let result: CelType | undefined
    for (const overload of declared) {
      if (overload.isMember !== (target !== undefined)) continue
      const type = this.#inference.resultOf(overload, types)
      if (type === undefined) continue
      found.push(overload)
      if (result === undefined) result = type
      else if (result.kind !== 'dyn' && !isSameType(result, type)) result = DYN
    }
    if (result === undefined) return this.#noOverload(call, name, types, target !== undefined)
    call.overloads = found
    return result
  }

  #logical(call: Call, declared: readonly Overload[]): CelType {
    call.overloads = declared
    let isRight = true
    for (const arg of call.args) {
      if (this.#inference.assign([arg.type ?? DYN], [BOOL])) continue
      isRight = false
      this.#problem(arg.at, `expected type 'bool' but found '${typeText(this.#known(arg))}'`)
    }
    return isRight ? BOOL : ERROR
  }

  #noOverload(call: Call, name: string, types: readonly CelType[], isMember: boolean): CelType {
    const texts = types.map((type) => typeText(this.settled(type)))
    const shown = isMember ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`
    return this.#problem(call.at, `found no matching overload for '${name}' applied to '${shown}'`)
  }

  #list({ items }: List): CelType {
    let type: CelType | undefined
    for (const { value, isOptional } of items) {
      const own = this.#maybeOptional(value, this.check(value), isOptional)
      type = this.#joined(value, type, own)
    }
    return listOf(type ?? this.#inference.fresh())
  }

  #map({ entries }: MapLiteral): CelType {
    let key: CelType | undefined
    let value: CelType | undefined
    for (const entry of entries) {
      key = this.#joined(entry.key, key, this.check(entry.key))
      value = this.#joined(
        entry.value,
        value,
        this.#maybeOptional(entry.value, this.check(entry.value), entry.isOptional),
      )
    }
    return mapOf(key ?? this.#inference.fresh(), value ?? this.#inference.fresh())
  }

  #maybeOptional(expression: Expression, type: CelType, isOptional: boolean): CelType {
    if (!isOptional) return type
    const inner = unwrapOptional(type)
    if (inner === undefined && type.kind !== 'dyn') this.#mismatch(expression, optionalOf(type), type)
    return inner ?? type
  }

  #joined(expression: Expression, before: CelType | undefined, type: CelType): CelType {
    return this.#inference.joined(before, type) ?? this.#mismatch(expression, before!, type)
  }

  #struct({ name, fields, at }: Struct): CelType {
    const type = this.#declarations.structs.get(name.replace(/^\./, ''))
    for (const { value } of fields) this.check(value)
    if (type === undefined) return this.#problem(at, `undeclared reference to '${name}' (in container '')`)
    for (const { name: field, value, isOptional, at: where } of fields) {
      const wanted = type.fields.get(field)
      if (wanted === undefined) {
        this.#problem(where, `undefined field '${field}'`)
        continue
      }
      const given = this.#maybeOptional(value, this.#known(value), isOptional)
      if (this.#inference.assign([wanted], [given])) continue
      const words = `expected type of field '${field}' is '${typeText(wanted)}' but provided type is '${typeText(given)}'`
      this.#problem(where, words)
    }
    return type
  }

  #comprehension(fold: Comprehension): CelType {
    this.check(fold.range)
    const gathered = this.check(fold.start)
    const outer = this.#scope
    this.#scope = new Scope([[fold.accumulator, gathered]], outer)
    const inner = this.#scope
    this.#scope = new Scope(this.#variablesOf(fold), inner)
    this.check(fold.condition)
    this.#assert(fold.condition, BOOL)
    this.check(fold.step)
    this.#assert(fold.step, gathered)
    this.#scope = inner
    this.check(fold.result)
    this.#scope = outer
    return this.#known(fold.result)
  }

  #variablesOf({ range, variable, second }: Comprehension): readonly (readonly [string, CelType])[] {
    const pair = (first: CelType, other: CelType): readonly (readonly [string, CelType])[] =>
      second === undefined
        ? [[variable, first]]
        : [
            [variable, first],
            [second, other],
          ]
    const type = this.#known(range)
    if (type.kind === 'list') return second === undefined ? pair(type.of, type.of) : pair(INT, type.of)
    if (type.kind === 'map') return pair(type.key, type.value)
    if (isLoose(type) || type.kind === 'param') {
      this.#inference.assign([DYN], [type])
      return pair(DYN, DYN)
    }
    const words = `expression of type '${typeText(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`
    this.#problem(range.at, words)
    return pair(ERROR, ERROR)
  }

  #assert(expression: Expression, type: CelType): void {
    if (!this.#inference.assign([type], [expression.type ?? DYN]))
      this.#mismatch(expression, type, expression.type ?? DYN)
  }

  #mismatch({ at }: Expression, wanted: CelType, found: CelType): CelType {
    const [one, other] = [wanted, found].map((type) => typeText(this.#inference.known(type)))
    return this.#problem(at, `expected type '${one}' but found '${other}'`)
  }
}
