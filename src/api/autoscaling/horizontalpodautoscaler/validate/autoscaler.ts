import { type FieldError, forbidden, invalid } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import type { HorizontalPodAutoscaler } from '../message.ts'
import { validateBehavior } from './behavior.ts'
import { validateMetric } from './metric.ts'
import { checkReference } from './reference.ts'

export const validateAutoscalerCreate = (autoscaler: HorizontalPodAutoscaler): readonly FieldError[] => [
  ...validateMetadata(autoscaler.metadata, true, dnsSubdomain),
  ...specErrors(autoscaler, 1),
]

/** What may go down to nothing already, may still. */
export const validateAutoscalerUpdate = (
  autoscaler: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler,
): readonly FieldError[] => [
  ...validateMetadataUpdate(autoscaler.metadata, old.metadata),
  ...specErrors(autoscaler, old.spec?.minReplicas === 0 ? 0 : 1),
]

export const validateAutoscalerStatus = (
  autoscaler: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler,
): readonly FieldError[] => [
  ...validateMetadataUpdate(autoscaler.metadata, old.metadata),
  ...checkNonNegative(autoscaler.status?.currentReplicas, 'status.currentReplicas'),
  ...checkNonNegative(autoscaler.status?.desiredReplicas, 'status.desiredReplicas'),
]

const NOTHING = {
  maxReplicas: 0,
  scaleTargetRef: { kind: '', name: '' },
} as NonNullable<HorizontalPodAutoscaler['spec']>

const specErrors = ({ spec = NOTHING }: HorizontalPodAutoscaler, least: number): readonly FieldError[] => {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [], behavior } = spec
  const errors: FieldError[] = []
  if (minReplicas !== undefined && minReplicas < least)
    errors.push(invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`))
  if (maxReplicas < 1) errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'))
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'))
  errors.push(...checkReference(scaleTargetRef, 'spec.scaleTargetRef'))
  errors.push(...metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)))
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.push(
      forbidden(
        'spec.metrics',
        'must specify at least one Object or External metric to support scaling to zero replicas',
      ),
    )
  return behavior ? [...errors, ...validateBehavior(behavior, 'spec.behavior')] : errors
}
