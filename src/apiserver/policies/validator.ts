import type { CompiledPolicy } from '#api/admissionregistration/expressions/policy.ts'
import type { ValidatingAdmissionPolicy } from '#api/admissionregistration/validatingadmissionpolicy/message.ts'
import type { Inputs } from '#cel/cel.ts'
import { Budget, BudgetError } from './evaluation.ts'
import { matched } from './match-conditions.ts'
import { Variables } from './variables.ts'

/** What all expressions of a policy may cost together. */
const COST = 10_000_000
const LONGEST_MESSAGE = 5 * 1024

/** What one validation has against a request. */
export interface Denial {
  readonly index: number
  readonly message: string
  readonly reason?: string
}

/** What a policy says of a request. */
interface Judgement {
  readonly denials: readonly Denial[]
  /** For the audit log, by key; what went wrong with one of them where that is to refuse the request. */
  readonly annotations: readonly ({ readonly key: string; readonly value: string } | { readonly error: string })[]
}

const NOTHING: Judgement = { denials: [], annotations: [] }

/** Holds a request against a policy: if its conditions are met, each validation that does not hold is a denial. */
export const judged = (policy: ValidatingAdmissionPolicy, compiled: CompiledPolicy, inputs: Inputs): Judgement => {
  const { failurePolicy } = policy.spec ?? {}
  const failure = (message: string): Judgement =>
    failurePolicy === 'Ignore' ? NOTHING : { denials: [{ index: 0, message }], annotations: [] }
  const start = (cost: number) => {
    const budget = new Budget(cost)
    return { budget, inputs: { ...inputs, variables: new Variables(compiled.variables, inputs, budget) } }
  }
  const conditions = start(COST / 4)
  const match = matched(compiled.conditions, conditions.inputs, failurePolicy, conditions.budget)
  if (match.error !== undefined) return failure(match.error)
  if (!match.matches) return NOTHING
  try {
    return {
      denials: denialsOf(policy, compiled, start(COST)),
      annotations: annotationsOf(policy, compiled, start(COST)),
    }
  } catch (error) {
    if (error instanceof BudgetError) return failure(error.message)
    throw error
  }
}

interface Started {
  readonly budget: Budget
  readonly inputs: Inputs
}

const denialsOf = (
  { spec }: ValidatingAdmissionPolicy,
  { validations }: CompiledPolicy,
  { budget, inputs }: Started,
): readonly Denial[] =>
  (spec?.validations ?? []).flatMap((validation, index): Denial[] => {
    const { expression, message } = validations[index]!
    if (expression === undefined) return []
    const { value, error } = budget.evaluate(expression, inputs)
    if (error !== undefined) return spec?.failurePolicy === 'Ignore' ? [] : [{ index, message: error }]
    if (value === true) return []
    const said = message === undefined ? undefined : budget.evaluate(message, inputs).value
    const words =
      goodMessage(said) || (validation.message ?? '').trim() || `failed expression: ${expression.source.trim()}`
    return [{ index, message: words, reason: validation.reason ?? 'Invalid' }]
  })

const goodMessage = (value: unknown): string => {
  if (typeof value !== 'string') return ''
  const text = value.trim()
  return new TextEncoder().encode(text).length > LONGEST_MESSAGE || text.includes('\n') ? '' : text
}

const annotationsOf = (
  { spec }: ValidatingAdmissionPolicy,
  { annotations }: CompiledPolicy,
  { budget, inputs }: Started,
): Judgement['annotations'] =>
  (spec?.auditAnnotations ?? []).flatMap(({ key }, index): Judgement['annotations'][number][] => {
    const expression = annotations[index]
    if (expression === undefined) return []
    const { value, error } = budget.evaluate(expression, inputs)
    if (error !== undefined) return spec?.failurePolicy === 'Ignore' ? [] : [{ error }]
    const text = typeof value === 'string' ? value.trim() : ''
    return text === '' ? [] : [{ key: key ?? '', value: text }]
  })
