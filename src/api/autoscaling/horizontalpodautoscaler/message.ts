import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, list, optional, quantity, required, string, time } from '#schema/schema.ts'
import { message, object } from '../v2.ts'

class CrossVersionObjectReference extends message('CrossVersionObjectReference', {
  kind: required(1, string),
  name: required(2, string),
  apiVersion: field(3, string),
}) {}

class MetricTarget extends message('MetricTarget', {
  type: required(1, string),
  value: optional(2, quantity),
  averageValue: optional(3, quantity),
  averageUtilization: optional(4, int32),
}) {}

class MetricIdentifier extends message('MetricIdentifier', {
  name: required(1, string),
  selector: optional(2, LabelSelector),
}) {}

class ObjectMetricSource extends message('ObjectMetricSource', {
  describedObject: required(1, CrossVersionObjectReference),
  target: required(2, MetricTarget),
  metric: required(3, MetricIdentifier),
}) {}

class PodsMetricSource extends message('PodsMetricSource', {
  metric: required(1, MetricIdentifier),
  target: required(2, MetricTarget),
}) {}

class ResourceMetricSource extends message('ResourceMetricSource', {
  name: required(1, string),
  target: required(2, MetricTarget),
}) {}

class ContainerResourceMetricSource extends message('ContainerResourceMetricSource', {
  name: required(1, string),
  target: required(2, MetricTarget),
  container: required(3, string),
}) {}

class ExternalMetricSource extends message('ExternalMetricSource', {
  metric: required(1, MetricIdentifier),
  target: required(2, MetricTarget),
}) {}

class MetricSpec extends message('MetricSpec', {
  type: required(1, string),
  object: optional(2, ObjectMetricSource),
  pods: optional(3, PodsMetricSource),
  resource: optional(4, ResourceMetricSource),
  containerResource: optional(7, ContainerResourceMetricSource),
  external: optional(5, ExternalMetricSource),
}) {}

class HPAScalingPolicy extends message('HPAScalingPolicy', {
  type: required(1, string),
  value: required(2, int32),
  periodSeconds: required(3, int32),
}) {}

class HPAScalingRules extends message('HPAScalingRules', {
  stabilizationWindowSeconds: optional(3, int32),
  selectPolicy: optional(1, string),
  policies: list(2, HPAScalingPolicy, { list: 'atomic' }),
  tolerance: optional(4, quantity),
}) {}

export class HorizontalPodAutoscalerBehavior extends message('HorizontalPodAutoscalerBehavior', {
  scaleUp: optional(1, HPAScalingRules),
  scaleDown: optional(2, HPAScalingRules),
}) {}

class HorizontalPodAutoscalerSpec extends message('HorizontalPodAutoscalerSpec', {
  scaleTargetRef: required(1, CrossVersionObjectReference),
  minReplicas: optional(2, int32),
  maxReplicas: required(3, int32),
  metrics: list(4, MetricSpec, { list: 'atomic' }),
  behavior: optional(5, HorizontalPodAutoscalerBehavior),
}) {}

class MetricValueStatus extends message('MetricValueStatus', {
  value: optional(1, quantity),
  averageValue: optional(2, quantity),
  averageUtilization: optional(3, int32),
}) {}

class ObjectMetricStatus extends message('ObjectMetricStatus', {
  metric: required(1, MetricIdentifier),
  current: required(2, MetricValueStatus),
  describedObject: required(3, CrossVersionObjectReference),
}) {}

class PodsMetricStatus extends message('PodsMetricStatus', {
  metric: required(1, MetricIdentifier),
  current: required(2, MetricValueStatus),
}) {}

class ResourceMetricStatus extends message('ResourceMetricStatus', {
  name: required(1, string),
  current: required(2, MetricValueStatus),
}) {}

class ContainerResourceMetricStatus extends message('ContainerResourceMetricStatus', {
  name: required(1, string),
  current: required(2, MetricValueStatus),
  container: required(3, string),
}) {}

class ExternalMetricStatus extends message('ExternalMetricStatus', {
  metric: required(1, MetricIdentifier),
  current: required(2, MetricValueStatus),
}) {}

class MetricStatus extends message('MetricStatus', {
  type: required(1, string),
  object: optional(2, ObjectMetricStatus),
  pods: optional(3, PodsMetricStatus),
  resource: optional(4, ResourceMetricStatus),
  containerResource: optional(7, ContainerResourceMetricStatus),
  external: optional(5, ExternalMetricStatus),
}) {}

class HorizontalPodAutoscalerCondition extends message('HorizontalPodAutoscalerCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

class HorizontalPodAutoscalerStatus extends message('HorizontalPodAutoscalerStatus', {
  observedGeneration: optional(1, int64),
  lastScaleTime: optional(2, time),
  currentReplicas: field(3, int32),
  desiredReplicas: required(4, int32),
  currentMetrics: list(5, MetricStatus, { list: 'atomic', always: true, optional: true }),
  conditions: list(6, HorizontalPodAutoscalerCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class HorizontalPodAutoscaler extends object('autoscaling/v2', 'HorizontalPodAutoscaler', {
  metadata: field(1, ObjectMeta),
  spec: field(2, HorizontalPodAutoscalerSpec, { required: true }),
  status: field(3, HorizontalPodAutoscalerStatus),
}) {}

export class HorizontalPodAutoscalerList extends object('autoscaling/v2', 'HorizontalPodAutoscalerList', {
  metadata: field(1, ListMeta),
  items: list(2, HorizontalPodAutoscaler, { always: true }),
}) {}
