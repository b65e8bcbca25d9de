import type { Container } from '#api/core/pod/spec/container.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '#api/validation/field-error.ts'

const POLICIES = ['Always', 'Never', 'OnFailure']
const ACTIONS = ['Restart', 'RestartAllContainers']
const OPERATORS = ['In', 'NotIn']
const MOST_RULES = 20
const MOST_CODES = 255

/** Checks when a container is started again, where that is its own affair. */
export const validateRestart = (
  { restartPolicy, restartPolicyRules: rules = [] }: Container,
  path: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (restartPolicy !== undefined && !POLICIES.includes(restartPolicy))
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, POLICIES))
  if (restartPolicy === undefined && rules.length > 0)
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'))
  if (rules.length > MOST_RULES) errors.push(tooMany(`${path}.restartPolicyRules`, MOST_RULES, rules.length))
  for (const [index, { action = '', exitCodes }] of rules.entries()) {
    const at = `${path}.restartPolicyRules[${index}]`
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${at}.action`, action, ACTIONS))
    if (exitCodes === undefined) {
      errors.push(required(`${at}.exitCodes`, 'must be specified'))
      continue
    }
    const { operator = '', values = [] } = exitCodes
    if (!OPERATORS.includes(operator)) errors.push(notSupported(`${at}.exitCodes.operator`, operator, OPERATORS))
    if (values.length > MOST_CODES) errors.push(tooMany(`${at}.exitCodes.values`, MOST_CODES, values.length))
  }
  return errors
}

const RESIZABLE = ['cpu', 'memory']
const RESIZES = ['NotRequired', 'RestartContainer']

/** Checks whether a container is started again where what it has changes; Kubernetes names the list. */
export const validateResizePolicy = (
  policies: NonNullable<Container['resizePolicy']>,
  path: string,
  podRestartPolicy: string,
): readonly FieldError[] => {
  const seen = new Set<string>()
  return policies.flatMap(({ resourceName = '', restartPolicy = '' }, index) => {
    const errors: FieldError[] = seen.has(resourceName) ? [duplicate(`${path}[${index}]`, resourceName)] : []
    seen.add(resourceName)
    if (!resourceName) errors.push(required(path))
    else if (!RESIZABLE.includes(resourceName)) errors.push(notSupported(path, resourceName, RESIZABLE))
    if (!restartPolicy) errors.push(required(path))
    else if (!RESIZES.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, RESIZES))
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired')
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
    return errors
  })
}
