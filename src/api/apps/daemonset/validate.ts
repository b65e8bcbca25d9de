import { checkNotMoreThanAll, checkShare, shareNumber } from '#api/apps/workload/share.ts'
import { checkCollisions, checkCounts } from '#api/apps/workload/status.ts'
import { shownStrategy } from '#api/apps/workload/strategy.ts'
import { checkSelected, selectorUnchanged } from '#api/apps/workload/validate.ts'
import { validateKeptRunning, validateTemplate } from '#api/core/pod/validate/template.ts'
import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { isEmptySelector, validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import type { DaemonSet, DaemonSetSpec } from './message.ts'

export const validateDaemonSetCreate = (set: DaemonSet): readonly FieldError[] => [
  ...validateMetadata(set.metadata, true, dnsSubdomain),
  ...validateSpec(set.spec),
]

export const validateDaemonSetUpdate = (set: DaemonSet, old: DaemonSet): readonly FieldError[] => [
  // Kubernetes checks it as one that is made, and then again as one that changes.
  ...validateDaemonSetCreate(set),
  ...validateMetadataUpdate(set.metadata, old.metadata),
  ...validateSpec(set.spec),
  ...selectorUnchanged(set.spec?.selector, old.spec?.selector),
]

const validateSpec = (spec: DaemonSetSpec | undefined): readonly FieldError[] => {
  const { selector, template } = spec ?? {}
  const problems = selector === undefined ? [] : validateSelector(selector, 'spec.selector')
  return [
    ...problems,
    ...(problems.length > 0 ? [] : checkSelected(selector, template)),
    ...(selector !== undefined && isEmptySelector(selector)
      ? [invalid('spec.selector', selector, 'empty selector is invalid for daemonset')]
      : []),
    ...validateTemplate(template ?? {}, 'spec.template'),
    ...validateKeptRunning(template?.spec, 'spec.template', 'DaemonSet'),
    ...checkNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...validateUpdateStrategy(spec?.updateStrategy ?? {}),
    ...checkNonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ]
}

const validateUpdateStrategy = (strategy: NonNullable<DaemonSetSpec['updateStrategy']>): readonly FieldError[] => {
  const at = 'spec.updateStrategy'
  switch (strategy.type) {
    case 'OnDelete':
      return []
    case 'RollingUpdate': {
      if (strategy.rollingUpdate === undefined) return [required(`${at}.rollingUpdate`)]
      const { maxUnavailable, maxSurge } = strategy.rollingUpdate
      const paths = { unavailable: `${at}.rollingUpdate.maxUnavailable`, surge: `${at}.rollingUpdate.maxSurge` }
      const [unavailable, surge] = [shareNumber(maxUnavailable) !== 0, shareNumber(maxSurge) !== 0]
      const errors: FieldError[] = [
        ...checkShare(maxUnavailable, paths.unavailable),
        ...checkShare(maxSurge, paths.surge),
        ...checkNotMoreThanAll(maxUnavailable, paths.unavailable),
        ...checkNotMoreThanAll(maxSurge, paths.surge),
      ]
      if (unavailable && surge)
        errors.push(invalid(paths.surge, maxSurge, 'may not be set when maxUnavailable is non-zero'))
      if (!unavailable && !surge) errors.push(required(paths.unavailable, 'cannot be 0 when maxSurge is 0'))
      return errors
    }
    default:
      return [notSupported(at, shownStrategy(strategy), ['RollingUpdate', 'OnDelete'])]
  }
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
]

export const validateDaemonSetStatusUpdate = (set: DaemonSet, old: DaemonSet): readonly FieldError[] => [
  ...validateMetadataUpdate(set.metadata, old.metadata),
  ...checkCounts(set.status, COUNTS),
  ...checkCollisions(set, old),
]
