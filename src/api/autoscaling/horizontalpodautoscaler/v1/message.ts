import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../../group.ts'

class CrossVersionObjectReference extends message(
  'CrossVersionObjectReference',
  {
    kind: required(1, string),
    name: required(2, string),
    apiVersion: field(3, string),
  },
  { atomic: true },
) {}

class HorizontalPodAutoscalerSpec extends message('HorizontalPodAutoscalerSpec', {
  scaleTargetRef: required(1, CrossVersionObjectReference),
  minReplicas: optional(2, int32),
  maxReplicas: required(3, int32),
  targetCPUUtilizationPercentage: optional(4, int32),
}) {}

class HorizontalPodAutoscalerStatus extends message('HorizontalPodAutoscalerStatus', {
  observedGeneration: optional(1, int64),
  lastScaleTime: optional(2, time),
  currentReplicas: required(3, int32),
  desiredReplicas: required(4, int32),
  currentCPUUtilizationPercentage: optional(5, int32),
}) {}

export class HorizontalPodAutoscaler extends object('autoscaling/v1', 'HorizontalPodAutoscaler', {
  metadata: field(1, ObjectMeta),
  spec: field(2, HorizontalPodAutoscalerSpec, { required: true }),
  status: field(3, HorizontalPodAutoscalerStatus),
}) {}

export class HorizontalPodAutoscalerList extends object('autoscaling/v1', 'HorizontalPodAutoscalerList', {
  metadata: field(1, ListMeta),
  items: list(2, HorizontalPodAutoscaler, { always: true }),
}) {}
