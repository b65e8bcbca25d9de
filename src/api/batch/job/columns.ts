import { images, names } from '#api/apps/workload/columns.ts'
import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import { humanDuration } from '#api/table/human-duration.ts'
import { formatSelector } from '#api/table/label-text.ts'
import type { Job } from './message.ts'

const has = ({ status }: Job, type: string): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True')

const stateOf = (job: Job): string => {
  if (has(job, 'Complete')) return 'Complete'
  if (has(job, 'Failed')) return 'Failed'
  if (job.metadata?.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => has(job, type)) ?? 'Running'
}

const completions = ({ spec, status }: Job): string => {
  const succeeded = status?.succeeded ?? 0
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`
  const parallelism = spec?.parallelism ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

const duration = ({ status }: Job, now: number): string => {
  const { startTime, completionTime } = status ?? {}
  if (!startTime) return ''
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime))
}

export const jobColumns: readonly Column<Job>[] = [
  NAME,
  column('Status', 'How far it is.', stateOf),
  column('Completions', 'Pods that succeeded, of all that are to.', completions),
  column('Duration', 'How long it took, or has taken so far.', duration),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template?.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template?.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]
