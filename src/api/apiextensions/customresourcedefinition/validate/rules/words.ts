import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { FieldPathError, findField } from '#schema/structural/field-path.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

const hasBreak = (text: string): boolean => /[\n\r]/.test(text)

const isField = (schema: JsonSchema, path: string): boolean => {
  try {
    findField(schema, path, true)
    return true
  } catch (error) {
    if (error instanceof FieldPathError) return false
    throw error
  }
}

const checkRule = (rule: ValidationRule, schema: JsonSchema, path: string): readonly FieldError[] => {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule
  const [text, words] = [rule.rule.trim(), message.trim()]
  const errors: FieldError[] = []
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'))
  else if (message !== '' && words === '')
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'))
  else if (hasBreak(words)) errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'))
  else if (hasBreak(text) && words === '')
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'))
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'))
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS))
  if (fieldPath === '') return errors
  const at = `${path}.fieldPath`
  if (fieldPath.trim() === '') errors.push(invalid(at, fieldPath, 'must be non-empty if specified'))
  if (hasBreak(fieldPath)) errors.push(invalid(at, fieldPath, 'must not contain line breaks'))
  if (!isField(schema, fieldPath)) errors.push(invalid(at, fieldPath, 'must be a valid path'))
  return errors
}

/** The rules of a schema, as far as their words go: nothing of what they say is looked at. */
export const checkRuleWords = (schema: JsonSchema, path: string): readonly FieldError[] =>
  (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) =>
    checkRule(rule, schema, `${path}.x-kubernetes-validations[${index}]`),
  )
