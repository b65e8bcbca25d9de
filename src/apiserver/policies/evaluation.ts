import type { Compiled } from '#api/admissionregistration/expressions/compiled.ts'
import type { Inputs } from '#cel/cel.ts'

type Value = Inputs[string]

/** Nothing more can be evaluated. */
export class BudgetError extends Error {
  readonly code = 'CEL_BUDGET'
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run')
    this.name = 'BudgetError'
  }
}

/** What an expression came to. */
interface Outcome {
  readonly value?: Value
  readonly error?: string
}

/** What several expressions may cost together. */
export class Budget {
  #left: number

  constructor(cost: number) {
    this.#left = cost
  }

  /** Throws BudgetError. */
  spend(cost: number): void {
    this.#left -= cost
    if (this.#left < 0) throw new BudgetError()
  }

  /** Evaluates an expression at its cost. Throws BudgetError. */
  evaluate({ program, source, error: problem }: Compiled, inputs: Inputs): Outcome {
    if (program === undefined) return { error: `compilation error: ${problem}` }
    const { value, error, cost } = program.evaluate(inputs)
    this.spend(cost)
    return error === undefined ? { value } : { error: `expression '${source}' resulted in error: ${error.message}` }
  }
}
