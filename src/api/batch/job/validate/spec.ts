import { validateTemplate } from '#api/core/pod/validate/template.ts'
import { type FieldError, invalid, notSupported, required, tooLong } from '#api/validation/field-error.ts'
import { checkDomainPrefixedPath, checkNonNegative } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'
import type { JobSpec } from '../message.ts'
import { validateFailurePolicy } from './failure-policy.ts'
import { validateSuccessPolicy } from './success-policy.ts'

const MOST_INDEXED = 100_000
const MANY_COMPLETIONS = 100_000
/** Of what a Job with many completions has at once, where each index has its own limit. */
const MOST_OF_MANY = 10_000
const MANAGED_BY_BYTES = 63
const RESTART = ['OnFailure', 'Never']

/** Checks what a Job, or the template of one, asks for. */
export const validateJobTemplate = (spec: JobSpec, path: string): readonly FieldError[] => [
  ...checkNonNegative(spec.parallelism, `${path}.parallelism`),
  ...checkNonNegative(spec.completions, `${path}.completions`),
  ...checkNonNegative(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`),
  ...checkNonNegative(spec.backoffLimit, `${path}.backoffLimit`),
  ...checkNonNegative(spec.ttlSecondsAfterFinished, `${path}.ttlSecondsAfterFinished`),
  ...checkNonNegative(spec.backoffLimitPerIndex, `${path}.backoffLimitPerIndex`),
  ...checkNonNegative(spec.maxFailedIndexes, `${path}.maxFailedIndexes`),
  ...(spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
    ? [required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')]
    : []),
  ...checkManagedBy(spec.managedBy, `${path}.managedBy`),
  ...checkMode(spec, path),
  ...validateFailurePolicy(spec, `${path}.podFailurePolicy`),
  ...validateSuccessPolicy(spec, `${path}.successPolicy`),
  ...checkReplacement(spec, `${path}.podReplacementPolicy`),
  ...validateTemplate(spec.template, `${path}.template`),
  ...checkRestart(spec, `${path}.template.spec.restartPolicy`),
]

const checkManagedBy = (managedBy: string | undefined, path: string): readonly FieldError[] =>
  managedBy === undefined
    ? []
    : [
        ...checkDomainPrefixedPath(managedBy, path),
        ...(byteLength(managedBy) > MANAGED_BY_BYTES ? [tooLong(path, MANAGED_BY_BYTES)] : []),
      ]

const checkMode = (spec: JobSpec, path: string): readonly FieldError[] => {
  const { completionMode, backoffLimitPerIndex, maxFailedIndexes } = spec
  if (completionMode === 'Indexed') return checkIndexed(spec, path)
  if (completionMode !== undefined && completionMode !== 'NonIndexed')
    return [notSupported(`${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed'])]
  const why = 'requires indexed completion mode'
  return [
    ...(backoffLimitPerIndex === undefined ? [] : [invalid(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex, why)]),
    ...(maxFailedIndexes === undefined ? [] : [invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, why)]),
  ]
}

const checkIndexed = (spec: JobSpec, path: string): readonly FieldError[] => {
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec
  const atMost = (field: string, value: number | undefined, most: number, detail: string): readonly FieldError[] =>
    value !== undefined && value > most ? [invalid(`${path}.${field}`, value, detail)] : []
  const upTo = `must be less than or equal to`
  const errors: FieldError[] = [
    ...(completions === undefined ? [required(`${path}.completions`, 'when completion mode is Indexed')] : []),
    ...atMost('parallelism', parallelism, MOST_INDEXED, `${upTo} ${MOST_INDEXED} when completion mode is Indexed`),
    ...atMost('maxFailedIndexes', maxFailedIndexes, completions ?? Infinity, `${upTo} completions`),
    ...atMost('maxFailedIndexes', maxFailedIndexes, MOST_INDEXED, `${upTo} ${MOST_INDEXED}`),
  ]
  if (completions === undefined || completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return errors
  const many = `${upTo} ${MOST_OF_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`
  return [
    ...errors,
    ...(maxFailedIndexes === undefined
      ? [required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`)]
      : []),
    ...atMost('parallelism', parallelism, MOST_OF_MANY, many),
    ...atMost('maxFailedIndexes', maxFailedIndexes, MOST_OF_MANY, many),
  ]
}

const checkReplacement = (spec: JobSpec, path: string): readonly FieldError[] => {
  const { podReplacementPolicy, podFailurePolicy } = spec
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  return podReplacementPolicy === undefined || supported.includes(podReplacementPolicy)
    ? []
    : [notSupported(path, podReplacementPolicy, supported)]
}

/** Pods that are kept running for ever never complete. */
const checkRestart = ({ template, podFailurePolicy }: JobSpec, path: string): readonly FieldError[] => {
  const policy = template.spec?.restartPolicy ?? ''
  if (policy === '' || policy === 'Always') return [required(path, 'valid values: "OnFailure", "Never"')]
  if (!RESTART.includes(policy)) return [notSupported(path, policy, RESTART)]
  return podFailurePolicy !== undefined && policy !== 'Never'
    ? [invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : []
}
