import { type FieldError, invalid, required, tooLong, tooMany } from '#api/validation/field-error.ts'
import { checkNonNegative } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'
import { countOf, readIndexes } from '../indexes.ts'
import type { JobSpec } from '../message.ts'
import { shownSuccessPolicy } from './shown.ts'

type Rule = NonNullable<NonNullable<JobSpec['successPolicy']>['rules']>[number]

const MOST_RULES = 20
const INDEXES_BYTES = 64 * 1024

/** Checks what a Job says about when it has succeeded, where it says something. */
export const validateSuccessPolicy = (spec: JobSpec, path: string): readonly FieldError[] => {
  if (spec.successPolicy === undefined) return []
  if (spec.completionMode !== 'Indexed')
    return [invalid(path, shownSuccessPolicy(spec.successPolicy), 'requires indexed completion mode')]
  const { rules = [] } = spec.successPolicy
  return [
    ...(rules.length === 0
      ? [required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')]
      : []),
    ...(rules.length > MOST_RULES ? [tooMany(`${path}.rules`, MOST_RULES, rules.length)] : []),
    ...rules.flatMap((rule, index) => checkRule(rule, spec.completions ?? 0, `${path}.rules[${index}]`)),
  ]
}

const checkRule = (
  { succeededIndexes, succeededCount }: Rule,
  completions: number,
  path: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (succeededCount === undefined && succeededIndexes === undefined)
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'))
  let total = 0
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`
    if (byteLength(succeededIndexes) > INDEXES_BYTES) errors.push(tooLong(at, INDEXES_BYTES))
    const reading = readIndexes(succeededIndexes, completions)
    if ('problem' in reading)
      errors.push(invalid(at, succeededIndexes, `error parsing succeededIndexes: ${reading.problem}`))
    else total = countOf(reading.intervals)
  }
  if (succeededCount === undefined) return errors
  const at = `${path}.succeededCount`
  const atMost = (most: number, of: string): readonly FieldError[] =>
    succeededCount > most
      ? [invalid(at, succeededCount, `must be less than or equal to ${most} (the number of ${of})`)]
      : []
  return [
    ...errors,
    ...checkNonNegative(succeededCount, at),
    ...atMost(completions, 'specified completions'),
    ...(succeededIndexes === undefined ? [] : atMost(total, 'indexes in the specified succeededIndexes field')),
  ]
}
