import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import type { LabelSelector } from '#api/meta/label-selector.ts'
import { selects } from '#objects/label-selector.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.ts'
import { isEmptySelector, validateSelector } from './labels.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { checkLabels, checkNonNegative, dnsSubdomain } from './names.ts'
import { validatePodSpec } from './pod.ts'

/** Checks a defaulted Deployment at creation. */
export const validateDeploymentCreate = (deployment: Deployment): readonly FieldError[] => [
  ...validateMetadata(deployment.metadata, true, dnsSubdomain),
  ...validateDeploymentSpec(deployment),
]

export const validateDeploymentUpdate = (deployment: Deployment, old: Deployment): readonly FieldError[] => [
  ...validateMetadataUpdate(deployment.metadata, old.metadata),
  ...validateDeploymentSpec(deployment),
  ...selectorUnchanged(deployment.spec?.selector, old.spec?.selector),
]

/** Checks a defaulted ReplicaSet at creation. */
export const validateReplicaSetCreate = (replicaSet: ReplicaSet): readonly FieldError[] => [
  ...validateMetadata(replicaSet.metadata, true, dnsSubdomain),
  ...validateReplicaSetSpec(replicaSet),
]

export const validateReplicaSetUpdate = (replicaSet: ReplicaSet, old: ReplicaSet): readonly FieldError[] => [
  ...validateMetadataUpdate(replicaSet.metadata, old.metadata),
  ...validateReplicaSetSpec(replicaSet),
  ...selectorUnchanged(replicaSet.spec?.selector, old.spec?.selector),
]

const selectorUnchanged = (now: LabelSelector | undefined, before: LabelSelector | undefined): readonly FieldError[] =>
  jsonEqual(now ?? null, before ?? null) ? [] : [immutable('spec.selector', now)]

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

const validateReplicaSetSpec = ({ spec }: ReplicaSet): readonly FieldError[] => {
  if (spec === undefined) return [required('spec')]
  return [
    ...checkNonNegative(spec.replicas, 'spec.replicas'),
    ...checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateSelected(spec.selector, spec.template, 'replicaset'),
  ]
}

/** A selector that does not match the template's labels would make pods for ever. */
const validateSelected = (
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  what: 'deployment' | 'replicaset',
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (selector === undefined) errors.push(required('spec.selector'))
  else {
    errors.push(...validateSelector(selector, 'spec.selector'))
    if (isEmptySelector(selector))
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${what}`))
  }
  const labels = template?.metadata?.labels ?? {}
  const at = 'spec.template'
  if (selector !== undefined && !isEmptySelector(selector) && !selects(selector, labels))
    errors.push(invalid(`${at}.metadata.labels`, labels, '`selector` does not match template `labels`'))
  errors.push(...checkLabels(labels, `${at}.metadata.labels`), ...validatePodSpec(template?.spec ?? {}, `${at}.spec`))
  const restart = template?.spec?.restartPolicy
  if (restart !== undefined && restart !== 'Always')
    errors.push(notSupported(`${at}.spec.restartPolicy`, restart, ['Always']))
  if (template?.spec?.activeDeadlineSeconds !== undefined)
    errors.push(forbidden(`${at}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'))
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

/** Numbers in a workload's status are never negative, and no more pods are ready than there are. */
export const validateWorkloadStatusUpdate = (
  object: Deployment | ReplicaSet,
  old: Deployment | ReplicaSet,
): readonly FieldError[] => {
  const status: { readonly [name: string]: unknown } = { ...object.status }
  const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0)
  const errors: FieldError[] = [...validateMetadataUpdate(object.metadata, old.metadata)]
  for (const [name, value] of Object.entries(status))
    if (typeof value === 'number') errors.push(...checkNonNegative(value, `status.${name}`))
  const bounded = [
    ['updatedReplicas', 'replicas'],
    ['readyReplicas', 'replicas'],
    ['fullyLabeledReplicas', 'replicas'],
    ['availableReplicas', 'replicas'],
    ['availableReplicas', 'readyReplicas'],
  ] as const
  for (const [name, bound] of bounded)
    if (count(name) > count(bound))
      errors.push(
        invalid(
          `status.${name}`,
          count(name),
          `cannot be greater than ${bound === 'replicas' ? 'status.replicas' : bound}`,
        ),
      )
  return errors
}
