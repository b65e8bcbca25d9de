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
    ...validateSelected(spec.selector, spec.template, 'deployment'),
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
      const errors: FieldError[] = [
        ...checkShare(maxUnavailable, `${at}.rollingUpdate.maxUnavailable`),
        ...checkShare(maxSurge, `${at}.rollingUpdate.maxSurge`),
      ]
      if (isZero(maxUnavailable) && isZero(maxSurge))
        errors.push(
          invalid(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'),
        )
      if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100)
        errors.push(invalid(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'))
      return errors
    }
    default:
      return [notSupported(at, strategy, ['Recreate', 'RollingUpdate'])]
  }
}

const isZero = (share: number | string | undefined): boolean =>
  share === undefined || share === 0 || (typeof share === 'string' && Number.parseInt(share, 10) === 0)

const checkShare = (share: number | string | undefined, path: string): readonly FieldError[] => {
  if (typeof share === 'string')
    return /^[0-9]+%$/.test(share)
      ? []
      : [
          invalid(
            path,
            share,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
          ),
        ]
  return checkNonNegative(share, path)
}
