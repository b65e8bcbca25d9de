import { timeText } from '#api/time-text.ts'
import type { CustomResourceDefinition } from './message.ts'

type Condition = NonNullable<NonNullable<CustomResourceDefinition['status']>['conditions']>[number]

/** Takes the instances away before the definition goes. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'

export const conditionOf = ({ status }: CustomResourceDefinition, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type)

export const isTrue = (definition: CustomResourceDefinition, type: string): boolean =>
  conditionOf(definition, type)?.status === 'True'

/** The same definition with a condition; the time is that of its last change of status. */
export const withCondition = (
  definition: CustomResourceDefinition,
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: number,
): CustomResourceDefinition => {
  const { conditions = [] } = definition.status ?? {}
  const old = conditionOf(definition, condition.type)
  const isSame = old?.status === condition.status && old.lastTransitionTime !== undefined
  const next: Condition = {
    type: condition.type,
    status: condition.status,
    lastTransitionTime: isSame ? old.lastTransitionTime! : timeText(now),
    ...(condition.reason !== undefined && { reason: condition.reason }),
    ...(condition.message !== undefined && { message: condition.message }),
  }
  const list = old === undefined ? [...conditions, next] : conditions.map((one) => (one === old ? next : one))
  return { ...definition, status: { ...definition.status!, conditions: list } }
}
