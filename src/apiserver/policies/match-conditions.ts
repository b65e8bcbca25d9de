import type { Compiled } from '#api/admissionregistration/expressions/compiled.ts'
import type { Inputs } from '#cel/cel.ts'
import { Budget, BudgetError } from './evaluation.ts'

/** A quarter of what all expressions of a policy may cost. */
const COST = 2_500_000

/** Whether a request is one that somebody is to be asked about; an error: nobody can say. */
type Matched = { readonly matches: boolean; readonly error?: undefined } | { readonly error: string }

/** One that does not hold decides, whatever errors there are; else errors do, unless they are to be passed over. */
export const matched = (
  conditions: readonly Compiled[],
  inputs: Inputs,
  failurePolicy: string | undefined,
  budget = new Budget(COST),
): Matched => {
  const fails = (error: string): Matched => (failurePolicy === 'Ignore' ? { matches: false } : { error })
  const errors: string[] = []
  try {
    for (const condition of conditions) {
      const { value, error } = budget.evaluate(condition, inputs)
      if (error !== undefined) errors.push(error)
      if (value === false) return { matches: false }
    }
  } catch (error) {
    if (error instanceof BudgetError) return fails(error.message)
    throw error
  }
  if (errors.length === 0) return { matches: true }
  return fails(errors.length === 1 ? errors[0]! : `[${[...new Set(errors)].join(', ')}]`)
}
