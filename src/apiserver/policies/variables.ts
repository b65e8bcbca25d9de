import type { CompiledPolicy } from '#api/admissionregistration/expressions/policy.ts'
import { CelError, type Inputs, MapValue } from '#cel/cel.ts'
import type { Budget } from './evaluation.ts'

type Value = NonNullable<Inputs[string]> | null

/** Expressions of a policy by name, each evaluated when it is asked for, and once. */
export class Variables extends MapValue {
  readonly #variables: CompiledPolicy['variables']
  readonly #inputs: Inputs
  readonly #budget: Budget
  readonly #known = new Map<string, Value | CelError>()

  constructor(variables: CompiledPolicy['variables'], inputs: Inputs, budget: Budget) {
    super()
    this.#variables = variables
    this.#inputs = inputs
    this.#budget = budget
  }

  get size(): number {
    return this.#variables.length
  }

  keys(): readonly Value[] {
    return this.#variables.map(({ name }) => name)
  }

  /** Throws CelError where it has no value, and BudgetError. */
  get(key: Value): Value | undefined {
    const found = this.#variables.find(({ name }) => name === key)
    if (found === undefined) return undefined
    const value = this.#known.get(found.name) ?? this.#evaluated(found)
    this.#known.set(found.name, value)
    if (value instanceof CelError) throw value
    return value
  }

  #evaluated({ name, expression }: CompiledPolicy['variables'][number]): Value | CelError {
    const what = `composited variable ${JSON.stringify(name)}`
    if (expression.program === undefined) return new CelError(`${what} fails to compile: ${expression.error}`)
    const { value, error, cost } = expression.program.evaluate({ ...this.#inputs, variables: this })
    this.#budget.spend(cost)
    return error === undefined ? (value ?? null) : new CelError(`${what} fails to evaluate: ${error.message}`)
  }
}
