import { shownFields } from '#api/apps/workload/strategy.ts'
import type { JobSpec, JobStatus } from '../message.ts'

// What Kubernetes shows of what it refuses, by the names that its fields have in Go.

type FailurePolicy = NonNullable<JobSpec['podFailurePolicy']>
type SuccessPolicy = NonNullable<JobSpec['successPolicy']>

export const shownFailurePolicy = ({ rules = [] }: FailurePolicy): object => ({
  Rules: rules.map(({ action = '', onExitCodes, onPodConditions }) => ({
    Action: action,
    OnExitCodes:
      onExitCodes === undefined ? null : shownFields(onExitCodes, { containerName: null, operator: '', values: null }),
    OnPodConditions: onPodConditions?.map((pattern) => shownFields(pattern, { type: '', status: '' })) ?? null,
  })),
})

export const shownSuccessPolicy = ({ rules = [] }: SuccessPolicy): object => ({
  Rules: rules.map((rule) => shownFields(rule, { succeededIndexes: null, succeededCount: null })),
})

export const shownUncounted = (uncounted: NonNullable<JobStatus['uncountedTerminatedPods']>): object =>
  shownFields(uncounted, { succeeded: null, failed: null })
