import type { Job } from '#api/batch/job/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { millisecondsOf } from '../values/time.ts'

/** When the Job goes (ms since the epoch): so long after its end as it says. Undefined: it stays. */
export const goesAt = (job: Job): number | undefined => {
  const { ttlSecondsAfterFinished } = job.spec ?? {}
  const end = (job.status?.conditions ?? []).find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  if (ttlSecondsAfterFinished === undefined || !end?.lastTransitionTime || isLeaving(job)) return undefined
  return millisecondsOf(end.lastTransitionTime) + ttlSecondsAfterFinished * 1000
}
