import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import { validatePodSpec } from '#api/core/pod/validate/pod.ts'
import type { LabelSelector } from '#api/meta/label-selector.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { isEmptySelector, validateSelector } from '#api/validation/labels.ts'
import { immutable, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkLabels, checkNonNegative } from '#api/validation/names.ts'
import { selects } from '#objects/label-selector.ts'
import { jsonEqual } from '#schema/json-value.ts'

export const selectorUnchanged = (
  now: LabelSelector | undefined,
  before: LabelSelector | undefined,
): readonly FieldError[] => (jsonEqual(now ?? null, before ?? null) ? [] : [immutable('spec.selector', now)])

/** A selector that does not match the template's labels would make pods for ever. */
export const validateSelected = (
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  what: 'deployment' | 'replicaset',
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (selector === undefined) errors.push(required('spec.selector'))
  else {
    const problems = validateSelector(selector, 'spec.selector')
    errors.push(...problems)
    if (isEmptySelector(selector))
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${what}`))
    // Of a selector that cannot be read, Kubernetes says nothing about what it selects.
    if (problems.length > 0) return [...errors, invalid('spec.selector', selector, 'invalid label selector')]
  }
  const labels = template?.metadata?.labels ?? {}
  const at = 'spec.template'
  // No selector selects nothing, an empty one everything.
  if (selector === undefined || (!isEmptySelector(selector) && !selects(selector, labels)))
    errors.push(invalid(`${at}.metadata.labels`, labels, '`selector` does not match template `labels`'))
  errors.push(...checkLabels(labels, `${at}.metadata.labels`), ...validatePodSpec(template?.spec ?? {}, `${at}.spec`))
  const restart = template?.spec?.restartPolicy
  if (restart !== undefined && restart !== 'Always')
    errors.push(notSupported(`${at}.spec.restartPolicy`, restart, ['Always']))
  if (template?.spec?.activeDeadlineSeconds !== undefined)
    errors.push(forbidden(`${at}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'))
  return errors
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
