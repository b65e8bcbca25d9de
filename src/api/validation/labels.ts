import type { LabelSelector } from '#api/meta/label-selector.ts'
import { type FieldError, forbidden, invalid, required } from './field-error.ts'
import { checkForm, checkLabels, labelValue, qualifiedName } from './names.ts'

/** Whether values fit the operator by which they are compared, and whether there is one such. */
export const checkOperator = (
  operator: string | undefined,
  values: readonly string[],
  at: string,
): readonly FieldError[] => {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    default:
      return [invalid(`${at}.operator`, operator, 'not a valid selector operator')]
  }
}

/** Checks a label selector's own form. */
export const validateSelector = (selector: LabelSelector, path: string): readonly FieldError[] => {
  const errors: FieldError[] = [...checkLabels(selector.matchLabels ?? {}, `${path}.matchLabels`)]
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`
    errors.push(...checkOperator(operator, values, at), ...checkForm(qualifiedName, key ?? '', `${at}.key`))
    for (const [place, value] of values.entries())
      errors.push(...checkForm(labelValue, value, `${at}.values[${place}]`))
  }
  return errors
}

export const isEmptySelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
