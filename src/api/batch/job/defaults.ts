import { defaultPodSpec } from '#api/core/pod/defaults.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { Job, JobSpec } from './message.ts'

/** How often pods may fail where each index has a limit of its own: as often as they like. */
const UNLIMITED = 2_147_483_647

/** Fills in Kubernetes' Job defaults, in place. */
export const defaultJob = (job: Draft<Job>): void => {
  job.spec ??= { template: {} }
  const { spec } = job
  defaultJobTemplate(spec)
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.manualSelector ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  const labels = spec.template.metadata?.labels
  job.metadata ??= {}
  if (labels !== undefined && Object.keys(job.metadata.labels ?? {}).length === 0) job.metadata.labels = { ...labels }
}

/** The same of a Job that is yet to be made. */
export const defaultJobTemplate = (spec: Draft<JobSpec>): void => {
  spec.template ??= {}
  spec.template.spec ??= {}
  defaultPodSpec(spec.template.spec)
  for (const { onPodConditions = [] } of spec.podFailurePolicy?.rules ?? [])
    for (const pattern of onPodConditions) pattern.status ||= 'True'
}
