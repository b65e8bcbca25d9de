import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import { validateKeptRunning, validateTemplate } from '#api/core/pod/validate/template.ts'
import type { LabelSelector } from '#api/meta/label-selector.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { isEmptySelector, validateSelector } from '#api/validation/labels.ts'
import { immutable } from '#api/validation/metadata.ts'
import { selects } from '#objects/label-selector.ts'
import { jsonEqual } from '#schema/json-value.ts'

export const selectorUnchanged = (
  now: LabelSelector | undefined,
  before: LabelSelector | undefined,
): readonly FieldError[] => (jsonEqual(now ?? null, before ?? null) ? [] : [immutable('spec.selector', now)])

/** A selector that does not match the template's labels would make pods for ever. */
export const checkSelected = (
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
): readonly FieldError[] => {
  const labels = template?.metadata?.labels
  // No selector selects nothing, an empty one everything.
  return selector === undefined || (!isEmptySelector(selector) && !selects(selector, labels))
    ? [invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`')]
    : []
}

/** The selector and the template of a Deployment or a ReplicaSet, which Kubernetes tells apart in no message. */
export const validateSelected = (
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (selector === undefined) errors.push(required('spec.selector'))
  else {
    const problems = validateSelector(selector, 'spec.selector')
    errors.push(...problems)
    if (isEmptySelector(selector))
      errors.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'))
    // Of a selector that cannot be read, Kubernetes says nothing about what it selects.
    if (problems.length > 0) return [...errors, invalid('spec.selector', selector, 'invalid label selector')]
  }
  return [
    ...errors,
    ...checkSelected(selector, template),
    ...validateTemplate(template ?? {}, 'spec.template'),
    ...validateKeptRunning(template?.spec, 'spec.template', 'ReplicaSet'),
  ]
}
