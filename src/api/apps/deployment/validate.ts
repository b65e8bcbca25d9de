import { checkNotMoreThanAll, checkShare, shareNumber } from '#api/apps/workload/share.ts'
import { checkBounds, checkCollisions, checkCounts } from '#api/apps/workload/status.ts'
import { shownStrategy } from '#api/apps/workload/strategy.ts'
import { selectorUnchanged, validateSelected } from '#api/apps/workload/validate.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import type { Deployment } from './message.ts'

export const validateDeploymentCreate = (deployment: Deployment): readonly FieldError[] => [
  ...validateMetadata(deployment.metadata, true, dnsSubdomain),
  ...validateDeploymentSpec(deployment),
]

export const validateDeploymentUpdate = (deployment: Deployment, old: Deployment): readonly FieldError[] => [
  ...validateMetadataUpdate(deployment.metadata, old.metadata),
  ...validateDeploymentSpec(deployment),
  ...selectorUnchanged(deployment.spec?.selector, old.spec?.selector),
]

const validateDeploymentSpec = ({ spec }: Deployment): readonly FieldError[] => {
  if (spec === undefined) return [required('spec')]
  const errors: FieldError[] = [
    ...checkNonNegative(spec.replicas, 'spec.replicas'),
    ...validateSelected(spec.selector, spec.template),
    ...validateStrategy(spec.strategy ?? {}),
    ...checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...checkNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ]
  const deadline = spec.progressDeadlineSeconds
  if (deadline !== undefined) {
    errors.push(...checkNonNegative(deadline, 'spec.progressDeadlineSeconds'))
    if (deadline <= (spec.minReadySeconds ?? 0))
      errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'))
  }
  return errors
}

const validateStrategy = (
  strategy: NonNullable<NonNullable<Deployment['spec']>['strategy']>,
): readonly FieldError[] => {
  const at = 'spec.strategy'
  switch (strategy.type) {
    case 'Recreate':
      return strategy.rollingUpdate === undefined
        ? []
        : [forbidden(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
    case 'RollingUpdate': {
      const rolling = strategy.rollingUpdate
      if (rolling === undefined) return [required(`${at}.rollingUpdate`, 'this should be defaulted and never be nil')]
      const { maxUnavailable, maxSurge } = rolling
      const path = `${at}.rollingUpdate.maxUnavailable`
      return [
        ...checkShare(maxUnavailable, path),
        ...checkShare(maxSurge, `${at}.rollingUpdate.maxSurge`),
        ...(shareNumber(maxUnavailable) === 0 && shareNumber(maxSurge) === 0
          ? [invalid(path, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0')]
          : []),
        ...checkNotMoreThanAll(maxUnavailable, path),
      ]
    }
    default:
      return [notSupported(at, shownStrategy(strategy), ['Recreate', 'RollingUpdate'])]
  }
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
]

export const validateDeploymentStatusUpdate = (deployment: Deployment, old: Deployment): readonly FieldError[] => [
  ...validateMetadataUpdate(deployment.metadata, old.metadata),
  ...checkCounts(deployment.status, COUNTS),
  ...checkBounds(deployment.status, ['updatedReplicas', 'readyReplicas', 'availableReplicas']),
  ...checkCollisions(deployment, old),
]
