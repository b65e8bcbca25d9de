import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { HorizontalPodAutoscalerBehavior } from '../message.ts'

type Rules = NonNullable<HorizontalPodAutoscalerBehavior['scaleUp']>

const MOST_WINDOW = 3600
const MOST_PERIOD = 1800
const POLICIES = ['Disabled', 'Max', 'Min']
const TYPES = ['Percent', 'Pods']

/** Checks how fast it goes up and down. */
export const validateBehavior = (behavior: HorizontalPodAutoscalerBehavior, at: string): readonly FieldError[] =>
  (['scaleUp', 'scaleDown'] as const).flatMap((way) =>
    behavior[way] ? rulesErrors(behavior[way], `${at}.${way}`) : [],
  )

const rulesErrors = (rules: Rules, at: string): readonly FieldError[] => {
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules
  const errors: FieldError[] = []
  const windowAt = `${at}.stabilizationWindowSeconds`
  if (window < 0) errors.push(invalid(windowAt, window, 'must be greater than or equal to zero'))
  if (window > MOST_WINDOW) errors.push(invalid(windowAt, window, `must be less than or equal to ${MOST_WINDOW}`))
  if (selectPolicy !== undefined && !POLICIES.includes(selectPolicy))
    errors.push(notSupported(`${at}.selectPolicy`, selectPolicy, POLICIES))
  if (policies.length === 0) errors.push(required(`${at}.policies`, 'must specify at least one Policy'))
  errors.push(...policies.flatMap((policy, index) => policyErrors(policy, `${at}.policies[${index}]`)))
  if (tolerance !== undefined && parseQuantity(tolerance).nano < 0n)
    errors.push(invalid(`${at}.tolerance`, tolerance, 'must be greater than or equal to 0'))
  return errors
}

type Policy = NonNullable<Rules['policies']>[number]

const policyErrors = ({ type, value, periodSeconds }: Policy, at: string): readonly FieldError[] => {
  const errors: FieldError[] = TYPES.includes(type) ? [] : [notSupported(`${at}.type`, type, TYPES)]
  if (value <= 0) errors.push(invalid(`${at}.value`, value, 'must be greater than zero'))
  const periodAt = `${at}.periodSeconds`
  if (periodSeconds <= 0) errors.push(invalid(periodAt, periodSeconds, 'must be greater than zero'))
  if (periodSeconds > MOST_PERIOD)
    errors.push(invalid(periodAt, periodSeconds, `must be less than or equal to ${MOST_PERIOD}`))
  return errors
}
