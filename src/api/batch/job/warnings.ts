import { templateWarnings } from '#api/core/pod/warnings/warnings.ts'
import { nameWarnings } from '#api/validation/name-warnings.ts'
import type { Job, JobSpec } from './message.ts'

const MANY_COMPLETIONS = 100_000
const MANY_PODS = 10_000

export const jobWarnings = ({ metadata, spec }: Job, isNew = false): readonly string[] => [
  ...(isNew ? nameWarnings(metadata?.name) : []),
  ...jobTemplateWarnings(spec, 'spec'),
]

export const jobTemplateWarnings = (spec: JobSpec | undefined, path: string): readonly string[] => {
  const { completionMode, completions = 0, parallelism = 0, template } = spec ?? {}
  const isHuge = completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > MANY_PODS
  return [
    ...(isHuge
      ? [
          `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
        ]
      : []),
    ...templateWarnings(template, `${path}.template`),
  ]
}
