import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import { type FieldError, invalid, notSupported } from '#api/validation/field-error.ts'
import { checkForm, labelValue, qualifiedName } from '#api/validation/names.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const OPERATORS = ['Equal', 'Exists', 'Lt', 'Gt']

/** Checks which taints a pod stands. */
export const validateTolerations = (tolerations: readonly Toleration[], path: string): readonly FieldError[] =>
  tolerations.flatMap((toleration, index) => {
    const at = `${path}[${index}]`
    const { key, operator = '' as never, value = '', effect = '' as never, tolerationSeconds } = toleration
    const errors: FieldError[] = key ? [...checkForm(qualifiedName, key, `${at}.key`)] : []
    if (!key && operator !== 'Exists')
      errors.push(
        invalid(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      )
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.push(invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    if (operator === 'Exists') {
      if (value) errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"))
    } else if (operator === 'Equal' || !operator) {
      const problems = labelValue(value)
      if (problems.length > 0) errors.push(invalid(`${at}.operator`, value, problems.join(';')))
    } else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${at}.operator`, operator, OPERATORS))
    else if (!/^(0|-?[1-9]\d*)$/.test(value)) errors.push(invalid(`${at}.value`, value, 'must be a valid integer'))
    if (effect && !EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS))
    return errors
  })
