import { checkSelected, selectorUnchanged } from '#api/apps/workload/validate.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { selects } from '#objects/label-selector.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { CONTROLLER_UID, JOB_NAME, OLD_CONTROLLER_UID, OLD_JOB_NAME } from '../labels.ts'
import type { Job, JobSpec } from '../message.ts'
import { shownFailurePolicy, shownSuccessPolicy } from './shown.ts'
import { validateJobTemplate } from './spec.ts'
import { templateUnchanged } from './template-change.ts'

export const validateJobCreate = (job: Job): readonly FieldError[] => validateJob(job, true)

const validateJob = (job: Job, needsNewLabels: boolean): readonly FieldError[] => [
  ...validateMetadata(job.metadata, true, dnsSubdomain),
  ...checkGenerated(job, needsNewLabels),
  ...validateSpec(job.spec ?? { template: {} }),
  ...checkHostnames(job),
]

export const validateJobUpdate = (job: Job, old: Job): readonly FieldError[] => {
  const [spec, before] = [job.spec ?? { template: {} }, old.spec ?? { template: {} }]
  const labels = before.template.metadata?.labels ?? {}
  return [
    // Kubernetes checks it as one that is made, and then again as one that changes.
    ...validateJob(job, JOB_NAME in labels && CONTROLLER_UID in labels),
    ...validateMetadataUpdate(job.metadata, old.metadata),
    ...validateSpec(spec),
    ...completionsUnchanged(spec, before),
    ...selectorUnchanged(spec.selector, before.selector),
    ...templateUnchanged(spec.template, old),
    ...unchanged(spec, before, 'completionMode'),
    ...unchanged(spec, before, 'podFailurePolicy', shownFailurePolicy),
    ...unchanged(spec, before, 'backoffLimitPerIndex'),
    ...unchanged(spec, before, 'managedBy'),
    ...unchanged(spec, before, 'successPolicy', shownSuccessPolicy),
  ]
}

const validateSpec = (spec: JobSpec): readonly FieldError[] => {
  const problems = spec.selector === undefined ? [] : validateSelector(spec.selector, 'spec.selector')
  return [
    ...validateJobTemplate(spec, 'spec'),
    ...(spec.selector === undefined ? [required('spec.selector')] : problems),
    // Of a selector that cannot be read nothing is said about what it selects.
    ...(problems.length > 0 ? [] : checkSelected(spec.selector, spec.template)),
  ]
}

/** What the system has put into a Job that did not choose its selector itself. */
const checkGenerated = ({ metadata, spec }: Job, needsNewLabels: boolean): readonly FieldError[] => {
  if (spec?.manualSelector || spec?.selector === undefined) return []
  const { name = '', uid = '' } = metadata ?? {}
  const expected: { readonly [label: string]: string } = {
    [OLD_CONTROLLER_UID]: uid,
    [OLD_JOB_NAME]: name,
    ...(needsNewLabels ? { [CONTROLLER_UID]: uid, [JOB_NAME]: name } : {}),
  }
  const labels = spec.template.metadata?.labels
  return [
    ...(uid === '' ? [required('metadata.uid')] : []),
    ...Object.entries(expected).flatMap(([label, value]) => {
      const at = `spec.template.metadata.labels[${label}]`
      if (labels?.[label] === undefined) return [required(at, `must be '${value}'`)]
      return labels[label] === value ? [] : [invalid(at, labels, `must be '${value}'`)]
    }),
    ...(validateSelector(spec.selector, '').length > 0 || selects(spec.selector, expected)
      ? []
      : [invalid('spec.selector', spec.selector, '`selector` not auto-generated')]),
  ]
}

/** The pod of an index has a name of its own among hosts. */
const checkHostnames = ({ metadata, spec }: Job): readonly FieldError[] => {
  const { completionMode, completions = 0 } = spec ?? {}
  if (completionMode !== 'Indexed' || completions <= 0) return []
  const last = `${metadata?.name ?? ''}-${completions - 1}`
  return dnsLabel(last).length === 0
    ? []
    : [invalid('metadata.name', metadata?.name ?? '', `will not able to create pod with invalid DNS label: ${last}`)]
}

/** An Indexed Job may get more or fewer of them, with as many pods at a time. */
const completionsUnchanged = (spec: JobSpec, old: JobSpec): readonly FieldError[] => {
  if (spec.completions === old.completions) return []
  if (spec.completionMode !== 'Indexed') return [immutable('spec.completions', spec.completions)]
  return spec.completions === undefined || spec.completions === spec.parallelism
    ? []
    : [invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism')]
}

const unchanged = <Name extends keyof JobSpec>(
  spec: JobSpec,
  old: JobSpec,
  name: Name,
  shown: (value: NonNullable<JobSpec[Name]>) => unknown = (value) => value,
): readonly FieldError[] => {
  const value = spec[name]
  return jsonEqual(value ?? null, old[name] ?? null)
    ? []
    : [immutable(`spec.${name}`, value === undefined || value === null ? null : shown(value))]
}
