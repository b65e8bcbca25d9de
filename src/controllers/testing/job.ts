import type { Job } from '#api/batch/job/message.ts'

/** A Job as the API server keeps one; its pods' labels are its name. */
export const makeJob = (name: string, spec: Partial<NonNullable<Job['spec']>> = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default' },
  spec: {
    ...('completions' in spec || 'parallelism' in spec ? {} : { completions: 1 }),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    selector: { matchLabels: { 'job-name': name } },
    template: {
      metadata: { labels: { 'job-name': name } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'first' }] },
    },
    ...spec,
  },
})
