import { checkBounds, checkCounts } from '#api/apps/workload/status.ts'
import { selectorUnchanged, validateSelected } from '#api/apps/workload/validate.ts'
import { type FieldError, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import type { ReplicaSet } from './message.ts'

/** Checks a defaulted ReplicaSet at creation. */
export const validateReplicaSetCreate = (replicaSet: ReplicaSet): readonly FieldError[] => [
  ...validateMetadata(replicaSet.metadata, true, dnsSubdomain),
  ...validateReplicaSetSpec(replicaSet),
]

export const validateReplicaSetUpdate = (replicaSet: ReplicaSet, old: ReplicaSet): readonly FieldError[] => [
  // Kubernetes checks it as one that is made, and then again as one that changes.
  ...validateReplicaSetCreate(replicaSet),
  ...validateMetadataUpdate(replicaSet.metadata, old.metadata),
  ...validateReplicaSetSpec(replicaSet),
  ...selectorUnchanged(replicaSet.spec?.selector, old.spec?.selector),
]

const validateReplicaSetSpec = ({ spec }: ReplicaSet): readonly FieldError[] => {
  if (spec === undefined) return [required('spec')]
  return [
    ...checkNonNegative(spec.replicas, 'spec.replicas'),
    ...checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateSelected(spec.selector, spec.template),
  ]
}

const COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
]

export const validateReplicaSetStatusUpdate = (replicaSet: ReplicaSet, old: ReplicaSet): readonly FieldError[] => [
  ...validateMetadataUpdate(replicaSet.metadata, old.metadata),
  ...checkCounts(replicaSet.status, COUNTS),
  ...checkBounds(replicaSet.status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
]
