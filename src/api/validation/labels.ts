import type { LabelSelector } from '#api/meta/label-selector.ts'
import { type FieldError, forbidden, invalid, required } from './field-error.ts'
import { checkForm, checkLabels, labelValue, qualifiedName } from './names.ts'

/** Checks a label selector's own form. */
export const validateSelector = (selector: LabelSelector, path: string): readonly FieldError[] => {
  const errors: FieldError[] = [...checkLabels(selector.matchLabels ?? {}, `${path}.matchLabels`)]
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0)
          errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
        break
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0)
          errors.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
        break
      default:
        errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'))
    }
    errors.push(...checkForm(qualifiedName, key ?? '', `${at}.key`))
    for (const [place, value] of values.entries())
      errors.push(...checkForm(labelValue, value, `${at}.values[${place}]`))
  }
  return errors
}

export const isEmptySelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
