import { PodTemplateSpec } from '#api/core/pod/template.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, int64, list, oneOf, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const PodFailurePolicyOnExitCodesOperator = oneOf('In', 'NotIn')
const PodFailurePolicyAction = oneOf('FailJob', 'FailIndex', 'Ignore', 'Count')
const CompletionMode = oneOf('NonIndexed', 'Indexed')
const PodReplacementPolicy = oneOf('TerminatingOrFailed', 'Failed')

class PodFailurePolicyOnExitCodesRequirement extends message('PodFailurePolicyOnExitCodesRequirement', {
  containerName: optional(1, string),
  operator: required(2, PodFailurePolicyOnExitCodesOperator),
  values: list(3, int32, { list: 'set', always: true }),
}) {}

class PodFailurePolicyOnPodConditionsPattern extends message('PodFailurePolicyOnPodConditionsPattern', {
  type: required(1, string),
  status: required(2, string, { optional: true }),
}) {}

class PodFailurePolicyRule extends message('PodFailurePolicyRule', {
  action: required(1, PodFailurePolicyAction),
  onExitCodes: optional(2, PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: list(3, PodFailurePolicyOnPodConditionsPattern, { list: 'atomic' }),
}) {}

class PodFailurePolicy extends message('PodFailurePolicy', {
  rules: list(1, PodFailurePolicyRule, { list: 'atomic', always: true }),
}) {}

class SuccessPolicyRule extends message('SuccessPolicyRule', {
  succeededIndexes: optional(1, string),
  succeededCount: optional(2, int32),
}) {}

class SuccessPolicy extends message('SuccessPolicy', {
  rules: list(1, SuccessPolicyRule, { list: 'atomic', always: true }),
}) {}

export class JobSpec extends message('JobSpec', {
  parallelism: optional(1, int32),
  completions: optional(2, int32),
  activeDeadlineSeconds: optional(3, int64),
  podFailurePolicy: optional(11, PodFailurePolicy),
  successPolicy: optional(16, SuccessPolicy),
  backoffLimit: optional(7, int32),
  backoffLimitPerIndex: optional(12, int32),
  maxFailedIndexes: optional(13, int32),
  selector: optional(4, LabelSelector),
  manualSelector: optional(5, bool),
  template: required(6, PodTemplateSpec),
  ttlSecondsAfterFinished: optional(8, int32),
  completionMode: optional(9, CompletionMode),
  suspend: optional(10, bool),
  podReplacementPolicy: optional(14, PodReplacementPolicy),
  managedBy: optional(15, string),
}) {}

class JobCondition extends message('JobCondition', {
  type: required(1, string),
  status: required(2, string),
  lastProbeTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

class UncountedTerminatedPods extends message('UncountedTerminatedPods', {
  succeeded: list(1, string, { list: 'set' }),
  failed: list(2, string, { list: 'set' }),
}) {}

export class JobStatus extends message('JobStatus', {
  conditions: list(1, JobCondition, { list: 'atomic', patch: 'merge', patchKey: 'type' }),
  startTime: optional(2, time),
  completionTime: optional(3, time),
  active: field(4, int32),
  succeeded: field(5, int32),
  failed: field(6, int32),
  terminating: optional(11, int32),
  completedIndexes: field(7, string),
  failedIndexes: optional(10, string),
  uncountedTerminatedPods: optional(8, UncountedTerminatedPods),
  ready: optional(9, int32),
}) {}

export class Job extends object('batch/v1', 'Job', {
  metadata: field(1, ObjectMeta),
  spec: field(2, JobSpec),
  status: field(3, JobStatus),
}) {}

export class JobList extends object('batch/v1', 'JobList', {
  metadata: field(1, ListMeta),
  items: list(2, Job, { always: true }),
}) {}
