import type { Condition } from '#api/meta/condition.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooLong } from './field-error.ts'
import { checkForm, qualifiedName } from './names.ts'
import { repeats } from './repeats.ts'

const STATUSES = ['False', 'True', 'Unknown']
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/
const REASON_MESSAGE =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"
const LONGEST_REASON = 1024
const LONGEST_MESSAGE = 32 * 1024

/** Checks conditions of the common form: each type once, with a reason. */
export const checkConditions = (conditions: readonly Condition[] = [], path: string): readonly FieldError[] => {
  const again = repeats(conditions, ({ type }) => type)
  return conditions.flatMap((condition, index) => {
    const at = `${path}[${index}]`
    return [...(again.has(index) ? [duplicate(`${at}.type`, condition.type)] : []), ...checkCondition(condition, at)]
  })
}

const checkCondition = (condition: Condition, at: string): readonly FieldError[] => {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition
  const errors: FieldError[] = [...checkForm(qualifiedName, type ?? '', `${at}.type`)]
  if (!STATUSES.includes(status)) errors.push(notSupported(`${at}.status`, status ?? '', STATUSES))
  if (observedGeneration < 0)
    errors.push(invalid(`${at}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero'))
  if (!lastTransitionTime) errors.push(required(`${at}.lastTransitionTime`))
  if (reason === '') errors.push(required(`${at}.reason`))
  else if (!REASON.test(reason)) errors.push(invalid(`${at}.reason`, reason, REASON_MESSAGE))
  if (reason.length > LONGEST_REASON) errors.push(tooLong(`${at}.reason`, LONGEST_REASON))
  if (message.length > LONGEST_MESSAGE) errors.push(tooLong(`${at}.message`, LONGEST_MESSAGE))
  return errors
}
