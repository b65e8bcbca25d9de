import { duplicate, type FieldError, required } from '#api/validation/field-error.ts'
import { repeats } from '#api/validation/repeats.ts'

/** Checks the conditions of a status: each has a type, and each type is there once. */
export const checkStatusConditions = (
  conditions: readonly { readonly type?: string }[] = [],
): readonly FieldError[] => {
  const again = repeats(conditions, ({ type = '' }) => type)
  return conditions.flatMap(({ type = '' }, index) => [
    ...(again.has(index) ? [duplicate(`status.conditions[${index}].type`, type)] : []),
    ...(type === '' ? [required(`status.conditions[${index}].type`, 'must not be empty')] : []),
  ])
}
