import { CelCostError, type CelProgram, type Inputs } from '#cel/cel.ts'
import { byteLength } from '#objects/label-form.ts'
import type { ValidationRule } from '#schema/structural/json-schema.ts'

const LONGEST = 5 * 1024

/** A rule as it is told of where something is wrong with it. */
export const shownRule = ({ rule, message = '' }: ValidationRule): string => (message === '' ? rule : message).trim()

/** What is said of an object that breaks a rule. */
interface Said {
  readonly text: string
  readonly cost: number
  /** Nothing more can be checked. */
  readonly isLast?: boolean
}

/** Whether a text may be said. */
const isGood = (text: string): boolean => text !== '' && byteLength(text) <= LONGEST && !text.includes('\n')

/** The words for a broken rule: of its expression, else its own, else the rule itself. */
export const ruleMessage = (
  rule: ValidationRule,
  program: CelProgram | undefined,
  inputs: Inputs,
  budget: number,
): Said => {
  const otherwise = rule.message ? rule.message.trim() : `failed rule: ${shownRule(rule)}`
  if (program === undefined) return { text: otherwise, cost: 0 }
  const { value, error, cost } = program.evaluate(inputs)
  if (cost > budget) {
    const text =
      'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
    return { text, cost, isLast: true }
  }
  if (error instanceof CelCostError) {
    const why = 'no further validation rules will be run due to call cost exceeds limit for messageExpression'
    return { text: `${why}: ${JSON.stringify(rule.messageExpression)}`, cost, isLast: true }
  }
  const text = typeof value === 'string' ? value.trim() : ''
  return { text: isGood(text) ? text : otherwise, cost }
}
