import { checkNotMoreThanAll, checkShare } from '#api/apps/workload/share.ts'
import { shownFields } from '#api/apps/workload/strategy.ts'
import { checkConditions } from '#api/validation/conditions.ts'
import { type FieldError, invalid, notSupported } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, pathSegment } from '#api/validation/names.ts'
import type { PodDisruptionBudget } from './message.ts'

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

/** Its fields as Kubernetes shows them, by their names in Go. */
const ABSENT = { minAvailable: null, selector: null, maxUnavailable: null, unhealthyPodEvictionPolicy: null }

export const validateBudgetCreate = (budget: PodDisruptionBudget): readonly FieldError[] => [
  ...checkSpec(budget.spec ?? {}),
  ...validateMetadata(budget.metadata, true, pathSegment),
]

export const validateBudgetUpdate = (budget: PodDisruptionBudget, old: PodDisruptionBudget): readonly FieldError[] => [
  ...checkSpec(budget.spec ?? {}),
  ...validateMetadataUpdate(budget.metadata, old.metadata),
]

export const validateBudgetStatusUpdate = (
  budget: PodDisruptionBudget,
  old: PodDisruptionBudget,
): readonly FieldError[] => [
  ...checkConditions(budget.status?.conditions, 'status.conditions'),
  ...(['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const).flatMap((name) =>
    checkNonNegative(budget.status?.[name], `status.${name}`),
  ),
  ...validateMetadataUpdate(budget.metadata, old.metadata),
]

const checkSpec = (spec: NonNullable<PodDisruptionBudget['spec']>): readonly FieldError[] => {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec
  const shares = [
    ['minAvailable', minAvailable],
    ['maxUnavailable', maxUnavailable],
  ] as const
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalid('spec', shownFields(spec, ABSENT), 'minAvailable and maxUnavailable cannot be both set')]
      : []),
    ...shares.flatMap(([name, share]) => [
      ...checkShare(share, `spec.${name}`),
      ...checkNotMoreThanAll(share, `spec.${name}`),
    ]),
    ...(selector ? validateSelector(selector, 'spec.selector') : []),
    ...(unhealthyPodEvictionPolicy === undefined || POLICIES.includes(unhealthyPodEvictionPolicy)
      ? []
      : [notSupported('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, POLICIES)]),
  ]
}
