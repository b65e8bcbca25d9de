import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import { type FieldError, forbidden, notSupported } from '#api/validation/field-error.ts'
import { validateAnnotations } from '#api/validation/metadata.ts'
import { checkLabels } from '#api/validation/names.ts'
import { validateAnnotationsOfPod } from './annotations.ts'
import { validatePodSpec } from './pod-spec.ts'

/**
 * Checks a template of pods, in Kubernetes' order. Its labels and annotations are named without `metadata`, as
 * Kubernetes names them.
 */
export const validateTemplate = (template: PodTemplateSpec, path: string): readonly FieldError[] => {
  const { metadata, spec = {} } = template
  return [
    ...checkLabels(metadata?.labels ?? {}, `${path}.labels`),
    ...validateAnnotations(metadata?.annotations ?? {}, `${path}.annotations`),
    ...validateAnnotationsOfPod(metadata?.annotations ?? {}, spec, `${path}.annotations`),
    ...validatePodSpec(spec, `${path}.spec`),
    ...((spec.ephemeralContainers ?? []).length > 0
      ? [forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
  ]
}

/** Pods that are kept running are started again whatever they ended with, and have no end of their own. */
export const validateKeptRunning = (spec: PodSpec | undefined, path: string, owner: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  const restart = spec?.restartPolicy ?? ''
  if (restart !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, restart, ['Always']))
  if (spec?.activeDeadlineSeconds !== undefined)
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${owner} is not Supported`))
  return errors
}
