import { jobs } from '#api/batch/job/resource.ts'
import { isNotFound } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { goesAt } from './desired.ts'

/** Deletes Jobs, with their pods, so long after their end as they say. */
export const startTtlAfterFinishedController = (context: ControllerContext): RunningController => {
  const { client, informers, clock } = context
  const cache = informers.for(jobs)

  const sync = async (key: string): Promise<number | undefined> => {
    const known = cache.lister.byKey(key)
    const { name, namespace, uid } = known?.metadata ?? {}
    const left = (at: number | undefined): number | undefined => (at === undefined ? undefined : at - clock.now())
    const wait = known && left(goesAt(known))
    if (wait === undefined || wait > 0) return wait
    try {
      // Somebody may have given it more time, which the cache does not know yet.
      const fresh = left(goesAt(await client.get(jobs, name!, { namespace })))
      if (fresh === undefined || fresh > 0) return fresh
      await client.delete(jobs, name!, { namespace, propagationPolicy: 'Foreground', preconditions: { uid } })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    return undefined
  }

  const { queue, running } = runLoop(context, 'ttl-after-finished', [cache], sync)
  cache.addHandlers(
    onAny((job) => {
      if (goesAt(job) !== undefined) queue.add(keyOf(job))
    }),
  )
  return running
}
