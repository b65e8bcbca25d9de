import { checkBounds, checkCounts } from '#api/apps/workload/status.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import { matchesMap } from '#objects/label-selector.ts'
import { validateKeptRunning, validateTemplate } from '../pod/validate/template.ts'
import type { ReplicationController, ReplicationControllerSpec } from './message.ts'

export const validateReplicationControllerCreate = (controller: ReplicationController): readonly FieldError[] => [
  ...validateMetadata(controller.metadata, true, dnsSubdomain),
  ...validateSpec(controller.spec),
]

export const validateReplicationControllerUpdate = (
  controller: ReplicationController,
  old: ReplicationController,
): readonly FieldError[] => [
  // Kubernetes checks it as one that is made, and then again as one that changes.
  ...validateReplicationControllerCreate(controller),
  ...validateMetadataUpdate(controller.metadata, old.metadata),
  ...validateSpec(controller.spec),
]

const validateSpec = (spec: ReplicationControllerSpec | undefined): readonly FieldError[] => {
  const { selector = {}, template, replicas } = spec ?? {}
  const isEmpty = Object.keys(selector).length === 0
  const errors: FieldError[] = [
    ...checkNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...(isEmpty ? [required('spec.selector')] : []),
    ...(replicas === undefined ? [required('spec.replicas')] : checkNonNegative(replicas, 'spec.replicas')),
  ]
  if (template === undefined) return [...errors, required('spec.template')]
  const labels = template.metadata?.labels
  return [
    ...errors,
    ...(isEmpty || matchesMap(selector, labels)
      ? []
      : [invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`')]),
    ...validateTemplate(template, 'spec.template'),
    ...validateKeptRunning(template.spec, 'spec.template', 'ReplicationController'),
  ]
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']

export const validateReplicationControllerStatusUpdate = (
  controller: ReplicationController,
  old: ReplicationController,
): readonly FieldError[] => [
  ...validateMetadataUpdate(controller.metadata, old.metadata),
  ...checkCounts(controller.status, COUNTS),
  ...checkBounds(controller.status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
]
