import type { Job, JobStatus } from '#api/batch/job/message.ts'
import { jobs } from '#api/batch/job/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { timeText } from '#api/time-text.ts'
import { hasCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import { adoptAndRelease } from '../adoption.ts'
import {
  type ControllerContext,
  isNamespaceTerminating,
  onAny,
  type RunningController,
  recorderOf,
  runLoop,
} from '../context.ts'
import { byController } from '../indexes.ts'
import { inBatches } from '../pods/batches.ts'
import { Departures } from '../pods/departures.ts'
import { sameValue } from '../values/equal.ts'
import { planJob } from './desired.ts'
import type { Failures } from './desired-backoff.ts'
import { isManagedByOther, isTracked, TRACKING } from './desired-facts.ts'
import { makeJobPod } from './desired-pod.ts'
import { countEnds, finishJob, reportJob } from './desired-status.ts'
import { countPods, type JobCondition, type JobView, viewJob } from './desired-view.ts'
import { free, freeOrphan } from './orphans.ts'

/** Keys of pods that no Job counts, beside those of Jobs. */
const ORPHAN = 'pod '
const NONE: Failures = { count: 0, last: 0 }

const isFinished = (job: Job): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed')

/** Runs each Job's pods until as many have succeeded as are to, and counts how they end. */
export const startJobController = (context: ControllerContext): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, 'job-controller')
  const [cache, podCache] = [informers.for(jobs), informers.for(pods)]
  podCache.addIndex('controller', byController)
  const departures = new Departures(context)
  /** By the Job's uid. */
  const failures = new Map<string, Failures>()

  const create = async (job: Job, pod: Pod): Promise<void> => {
    const { namespace } = job.metadata!
    try {
      const made = await client.create(pods, pod, { namespace })
      recorder.record(job, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata?.name}`)
    } catch (error) {
      // Nothing to tell anybody, and nothing to try again.
      if (isNamespaceTerminating(error)) return
      recorder.record(job, 'Warning', 'FailedCreate', `Error creating: ${(error as Error).message}`)
      throw error
    }
  }

  const remove = async (job: Job, pod: Pod, counts: boolean): Promise<void> => {
    try {
      if (!counts && isTracked(pod)) await free(context, pod)
      if (await departures.delete(pod))
        recorder.record(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata?.name}`)
    } catch (error) {
      recorder.record(job, 'Warning', 'FailedDelete', `Error deleting: ${(error as Error).message}`)
      throw error
    }
  }

  const removeAll = async (job: Job, all: readonly Pod[], count: boolean): Promise<unknown> => {
    const results = await Promise.allSettled(all.map((pod) => remove(job, pod, count)))
    return results.find((result) => result.status === 'rejected')?.reason
  }

  /** Sees to the pods: what failed about it, and when to look again. */
  const act = async (view: JobView): Promise<{ readonly error?: unknown; readonly dueIn?: number | undefined }> => {
    const { job, delayed } = view
    const plan = planJob(view)
    switch (plan.kind) {
      case 'rest':
        return {}
      case 'wait':
        return { dueIn: plan.dueIn }
      case 'end':
        return { error: await removeAll(job, plan.pods, true) }
      case 'remove':
        return { error: await removeAll(job, plan.pods, false) }
      case 'create': {
        const made = plan.indexes.map((index) =>
          makeJobPod(job, index, index === undefined ? undefined : delayed.get(index)),
        )
        return { error: await inBatches(made, (pod) => create(job, pod)), dueIn: plan.dueIn }
      }
      default:
        return plan satisfies never
    }
  }

  /** Its pods as they are now. One that was told to go, which the cache does not show yet, is marked. */
  const podsOf = ({ metadata }: Job): readonly Pod[] =>
    podCache.lister.byIndex('controller', metadata!.uid!).map((pod) => {
      if (isLeaving(pod) || !departures.includes(pod)) return pod
      return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: timeText(clock.now()) } } as Pod
    })

  const write = async (job: Job, status: JobStatus): Promise<Job> =>
    sameValue(status, job.status)
      ? job
      : client.update(jobs, { ...job, status }, { namespace: job.metadata!.namespace, subresource: 'status' })

  const tellEnd = (job: Job, { type, reason, message }: JobCondition): void => {
    if (type === 'Failed') {
      recorder.record(job, 'Warning', reason ?? '', message ?? '')
      return
    }
    if (job.spec?.completions !== undefined && (job.status?.succeeded ?? 0) > job.spec.completions)
      recorder.record(
        job,
        'Warning',
        'TooManySucceededPods',
        'Too many succeeded pods running after completion count reached',
      )
    recorder.record(job, 'Normal', 'Completed', 'Job completed')
  }

  const syncJob = async (key: string): Promise<number | undefined> => {
    const job = cache.lister.byKey(key)
    if (!job || isManagedByOther(job) || isFinished(job)) return undefined
    const uid = job.metadata!.uid!
    await adoptAndRelease(context, jobs, job, pods, podCache.lister, { finalizer: TRACKING })
    const view = viewJob(job, podsOf(job), failures.get(uid) ?? NONE, clock.now())
    const { error, dueIn } = await act(view)
    const counts = countPods(podsOf(job))
    const { status, free: over, verdict, suspension } = reportJob(view, counts, error === undefined, !isLeaving(job))
    const told = await write(job, status)
    failures.set(uid, view.failures)
    if (suspension) recorder.record(job, 'Normal', suspension, `Job ${suspension.toLowerCase()}`)
    const results = await Promise.allSettled(over.map((pod) => free(context, pod)))
    const counted = countEnds(told.status!, podsOf(job))
    const finished = finishJob(counted, verdict)
    const last = await write(told, finished ?? counted)
    if (finished) tellEnd(last, verdict!)
    const failed = error ?? results.find((result) => result.status === 'rejected')?.reason
    if (failed !== undefined) throw failed
    const waits = [dueIn, view.dueIn].filter((ms) => ms !== undefined)
    return finished || waits.length === 0 ? undefined : Math.min(...waits)
  }

  const sync = (key: string): Promise<unknown> =>
    key.startsWith(ORPHAN) ? freeOrphan(context, podCache.lister.byKey(key.slice(ORPHAN.length))) : syncJob(key)

  const { queue, running } = runLoop(context, 'job', [cache, podCache], sync)
  const freeAllOf = ({ metadata }: Job): void => {
    failures.delete(metadata!.uid!)
    for (const pod of podCache.lister.byIndex('controller', metadata!.uid!))
      if (isTracked(pod)) queue.add(ORPHAN + keyOf(pod))
  }
  cache.addHandlers(onAny((job) => queue.add(keyOf(job))))
  cache.addHandlers({
    onUpdate: (_, job) => {
      if (isFinished(job)) freeAllOf(job)
    },
    onDelete: freeAllOf,
  })
  podCache.addHandlers(
    onAny((pod) => {
      const owner = controllerOf(pod)
      const namespace = pod.metadata!.namespace!
      if (owner && owner.kind !== 'Job') return
      const job = owner && cache.lister.byKey(objectKey(namespace, owner.name))
      if (job && job.metadata?.uid === owner?.uid) queue.add(keyOf(job))
      if (isTracked(pod) && (!job || job.metadata?.uid !== owner?.uid || isFinished(job)))
        queue.add(ORPHAN + keyOf(pod))
      if (owner) return
      for (const one of cache.lister.list(namespace))
        if (selects(one.spec?.selector, pod.metadata?.labels)) queue.add(keyOf(one))
    }),
  )
  return running
}
