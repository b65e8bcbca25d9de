import type { CronJob } from '#api/batch/cronjob/message.ts'
import { cronJobs } from '#api/batch/cronjob/resource.ts'
import type { Job } from '#api/batch/job/message.ts'
import { jobs } from '#api/batch/job/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { controllerOf, isControlledBy } from '#objects/owner-reference.ts'
import {
  type ControllerContext,
  isNamespaceTerminating,
  onAny,
  type RunningController,
  recorderOf,
  runLoop,
} from '../context.ts'
import { byController } from '../indexes.ts'
import { sameValue } from '../values/equal.ts'
import { millisecondsOf } from '../values/time.ts'
import { type ActiveJob, accountFor, referenceTo, surplusJobs } from './desired-active.ts'
import { makeScheduledJob } from './desired-job.ts'
import { lookAtTimes, type Next, type Remark, timesOf } from './desired-schedule.ts'

type Status = NonNullable<CronJob['status']>
/** What is to be said of it, and when to look again (ms). */
interface Outcome {
  readonly status: Status
  readonly dueIn?: number | undefined
  readonly error?: unknown
}

const without = (active: Status['active'], gone: string | undefined): Status['active'] =>
  active?.filter(({ uid }) => uid !== gone)

/** Makes each CronJob's Jobs at their times, and keeps as many of the finished ones as it is to. */
export const startCronJobController = (context: ControllerContext): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, 'cronjob-controller')
  const [cache, jobCache] = [informers.for(cronJobs), informers.for(jobs)]
  jobCache.addIndex('controller', byController)

  const tell = (cronJob: CronJob, { type, reason, message }: Remark): void =>
    recorder.record(cronJob, type, reason, message)

  const find = async ({ namespace, name }: ActiveJob): Promise<Job | undefined> =>
    client.get(jobs, name!, { namespace: namespace! }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
      return undefined
    })

  const remove = async (cronJob: CronJob, { name, namespace, uid }: NonNullable<Job['metadata']>): Promise<boolean> => {
    try {
      await client.delete(jobs, name!, { namespace, propagationPolicy: 'Background', preconditions: { uid } })
      recorder.record(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`)
      return true
    } catch (error) {
      if (isNotFound(error)) return true
      recorder.record(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${(error as Error).message}`)
      return false
    }
  }

  /** Follows up on the Jobs that were made. */
  const follow = async (cronJob: CronJob, own: readonly Job[]): Promise<Status> => {
    const { status, remarks, strays, missing } = accountFor(cronJob, own)
    for (const remark of remarks) tell(cronJob, remark)
    for (const { metadata } of strays) {
      const text = `Saw a job that the controller did not create or forgot: ${metadata?.name}`
      recorder.record(cronJob, 'Warning', 'UnexpectedJob', text)
    }
    let { active } = status
    for (const reference of missing) {
      // The cache may be behind: only the server can say that it is gone.
      if (await find(reference)) continue
      recorder.record(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${reference.name}`)
      active = without(active, reference.uid)
    }
    return { ...status, active }
  }

  /** Makes the Job of a time: undefined where it is not its own, or known already. */
  const make = async (cronJob: CronJob, at: number): Promise<Job | undefined> => {
    const wanted = makeScheduledJob(cronJob, at)
    const { name, namespace } = wanted.metadata!
    try {
      const made = await client.create(jobs, wanted, { namespace })
      recorder.record(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`)
      return made
    } catch (error) {
      if (isAlreadyExists(error)) {
        const there = await client.get(jobs, name!, { namespace })
        return isControlledBy(there, cronJob) ? there : undefined
      }
      if (!isNamespaceTerminating(error))
        recorder.record(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${(error as Error).message}`)
      throw error
    }
  }

  /** Begins what is due. */
  const begin = async (cronJob: CronJob, status: Status, next: Next): Promise<Outcome> => {
    const now = clock.now()
    const { scheduled, dueIn, remark } = lookAtTimes(cronJob, next, now)
    if (remark) tell(cronJob, remark)
    const { startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec ?? {}
    if (scheduled === undefined) return { status, dueIn }
    if (startingDeadlineSeconds !== undefined && scheduled + startingDeadlineSeconds * 1000 < now) {
      const text = new Date(scheduled).toUTCString().replace('GMT', '+0000')
      recorder.record(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${text}`)
      return { status, dueIn }
    }
    const { name } = makeScheduledJob(cronJob, scheduled).metadata!
    const active = status.active ?? []
    if (active.some((one) => one.name === name) || millisecondsOf(status.lastScheduleTime) === scheduled)
      return { status, dueIn }
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const text = 'Not starting job because prior execution is running and concurrency policy is Forbid'
      recorder.record(cronJob, 'Normal', 'JobAlreadyActive', text)
      return { status, dueIn }
    }
    let left: Status['active'] = active
    if (concurrencyPolicy === 'Replace')
      for (const one of active) {
        if (!(await remove(cronJob, one as NonNullable<Job['metadata']>)))
          return { status: { ...status, active: left }, error: new Error(`could not replace job ${one.name}`) }
        left = without(left, one.uid)
      }
    try {
      const job = await make(cronJob, scheduled)
      if (!job) return { status: { ...status, active: left }, dueIn }
      const now = [...(without(left, job.metadata?.uid) ?? []), referenceTo(job)]
      return { status: { ...status, active: now, lastScheduleTime: timeText(scheduled) }, dueIn }
    } catch (error) {
      return { status: { ...status, active: left }, error }
    }
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const cronJob = cache.lister.byKey(key)
    if (!cronJob) return undefined
    const own = jobCache.lister.byIndex('controller', cronJob.metadata!.uid!)
    for (const { metadata } of surplusJobs(
      cronJob,
      own.filter((job) => !isLeaving(job)),
    ))
      await remove(cronJob, metadata!)
    const status = await follow(cronJob, own)
    const times = timesOf(cronJob)
    let outcome: Outcome = { status }
    if (isLeaving(cronJob)) outcome = { status }
    else if (cronJob.spec?.suspend) outcome = { status }
    else if ('remark' in times) tell(cronJob, times.remark)
    else outcome = await begin(cronJob, status, times.next)
    if (!sameValue(outcome.status, cronJob.status)) {
      const { namespace } = cronJob.metadata!
      await client.update(cronJobs, { ...cronJob, status: outcome.status }, { namespace, subresource: 'status' })
    }
    if (outcome.error !== undefined && !isNamespaceTerminating(outcome.error)) throw outcome.error
    return outcome.dueIn
  }

  const { queue, running } = runLoop(context, 'cronjob', [cache, jobCache], sync)
  const note = (cronJob: CronJob): void => queue.add(keyOf(cronJob))
  cache.addHandlers({
    onAdd: note,
    onUpdate: (before, cronJob) => {
      const { schedule, timeZone } = cronJob.spec ?? {}
      const times = timesOf(cronJob)
      // Times of a new schedule that have passed already were not meant.
      if ((before.spec?.schedule !== schedule || before.spec?.timeZone !== timeZone) && 'next' in times)
        queue.addAfter(keyOf(cronJob), lookAtTimes(cronJob, times.next, clock.now()).dueIn ?? 0)
      else note(cronJob)
    },
  })
  jobCache.addHandlers(
    onAny((job) => {
      const owner = controllerOf(job)
      if (owner?.kind === 'CronJob') queue.add(objectKey(job.metadata!.namespace!, owner.name))
    }),
  )
  return running
}
