// CEL as Kubernetes has it. Import this file with `await import('#cel/cel.ts')`, when the first expression comes:
// `celEnvironment({ object: DYN, request: DYN }).compile('object.spec.replicas > 3', BOOL)` throws CelCompileError, whose
// message is upstream's; `.evaluate({ object: toValue(json) }, { limit })` gives `{ value, cost }` or `{ error, cost }`.

import { Checker, type Declarations } from './check/checker.ts'
import { eachExpression, literalProblems } from './check/literals.ts'
import { library } from './library/library.ts'
import { Frame } from './run/frame.ts'
import { plan } from './run/plan.ts'
import type { Expression } from './syntax/expression.ts'
import { parseExpression } from './syntax/parser.ts'
import { CelCompileError } from './syntax/source-error.ts'
import type { CelType, ObjectType } from './types/type.ts'
import { CelCostError, CelError } from './values/cel-error.ts'
import type { Value } from './values/value.ts'

export { authorizerValue } from './library/kubernetes/authorization.ts'
export { CelCompileError } from './syntax/source-error.ts'
export { parseType } from './types/parse-type.ts'
export * from './types/type.ts'
export { CelCostError, CelError } from './values/cel-error.ts'
export { toValue } from './values/json.ts'
export { toJson } from './values/to-json.ts'
export { ListValue, MapValue, ObjectValue } from './values/value.ts'

/** What an evaluation came to, and what it cost in CEL's units. */
type Evaluation =
  | { readonly value: Value; readonly error?: undefined; readonly cost: number }
  | { readonly value?: undefined; readonly error: CelError | CelCostError; readonly cost: number }

/** Values of the variables, by name: what is left out, an expression that asks for it fails over. */
export type Inputs = { readonly [name: string]: Value | undefined }

/** Kubernetes' limit of what one evaluation may cost. */
const PER_CALL_LIMIT = 1_000_000

/** A compiled expression. */
export class CelProgram {
  readonly type: CelType
  readonly #expression: Expression
  #run: ReturnType<typeof plan> | undefined

  constructor(expression: Expression, type: CelType) {
    this.#expression = expression
    this.type = type
  }

  /** The expression, its parts with their types. */
  get expression(): Expression {
    return this.#expression
  }

  /** Whether the expression asks for a variable. */
  uses(name: string): boolean {
    return [...eachExpression(this.#expression)].some((part) => part.kind === 'identifier' && part.name === name)
  }

  evaluate(inputs: Inputs, { limit = PER_CALL_LIMIT }: { readonly limit?: number } = {}): Evaluation {
    this.#run ??= plan(this.#expression)
    const frame = new Frame(inputs, limit)
    try {
      return { value: this.#run(frame), cost: frame.cost }
    } catch (error) {
      if (error instanceof CelError || error instanceof CelCostError) return { error, cost: frame.cost }
      throw error
    }
  }
}

/** What a set of expressions may name: variables beside Kubernetes' whole library. */
export class CelEnvironment {
  readonly #declarations: Declarations

  constructor(declarations: Declarations) {
    this.#declarations = declarations
  }

  /** Parses and checks an expression. Throws CelCompileError. */
  compile(source: string): CelProgram {
    const expression = parseExpression(source)
    const checker = new Checker(this.#declarations)
    const type = checker.check(expression)
    if (checker.problems.length > 0) throw new CelCompileError(source, checker.problems)
    for (const part of eachExpression(expression)) if (part.type !== undefined) part.type = checker.settled(part.type)
    const problems = literalProblems(expression)
    if (problems.length > 0) throw new CelCompileError(source, problems)
    return new CelProgram(expression, checker.settled(type))
  }
}

interface EnvironmentOptions {
  /** Types of objects that expressions may make: `JSONPatch{...}`. */
  readonly structs?: ReadonlyMap<string, ObjectType>
}

export const celEnvironment = (
  variables: { readonly [name: string]: CelType },
  { structs = new Map() }: EnvironmentOptions = {},
): CelEnvironment =>
  new CelEnvironment({
    variables: new Map(Object.entries(variables)),
    functions: library(),
    structs,
  })
