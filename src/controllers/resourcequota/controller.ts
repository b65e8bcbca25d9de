import type { ResourceQuota } from '#api/core/resourcequota/message.ts'
import { resourceQuotas } from '#api/core/resourcequota/resource.ts'
import type { Evaluator } from '#api/core/resourcequota/usage/evaluator.ts'
import { evaluatorOf } from '#api/core/resourcequota/usage/evaluators.ts'
import { scopesOf } from '#api/core/resourcequota/usage/scope.ts'
import type { ApiObject } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { eachServed } from '../each-served.ts'
import { sameValue } from '../values/equal.ts'
import { type Counted, isLimited, quotaStatus } from './desired.ts'

/** A pod that does not end in its time counts no more, and nothing else tells of it. */
const LOOK_AGAIN = 300_000

/**
 * Keeps what quotas say is used of them. What comes is counted by admission, together with it; what goes or becomes less
 * is counted here: anew, of all that there is. Each count is of what the server has, read after the quota itself, and is
 * written over that very version: what is taken meanwhile is a conflict, and counted again.
 */
export const startResourceQuotaController = (context: ControllerContext): RunningController => {
  const { client, informers, clock, catalogue } = context
  const cache = informers.for(resourceQuotas)
  const quotasIn = (namespace: string): readonly ResourceQuota[] => cache.lister.list(namespace)

  const countedFor = (quota: ResourceQuota): Promise<readonly Counted[]> =>
    Promise.all(
      catalogue.stored.flatMap((resource) => {
        const evaluator = resource.namespaced ? evaluatorOf(resource) : undefined
        if (evaluator === undefined || !isLimited(quota, evaluator)) return []
        const { namespace } = quota.metadata!
        return [client.list(resource, { namespace: namespace! }).then(({ items }) => ({ evaluator, objects: items }))]
      }),
    )

  const sync = async (key: string): Promise<number | undefined> => {
    const known = cache.lister.byKey(key)
    if (known === undefined) return undefined
    const { name, namespace } = known.metadata!
    let quota: ResourceQuota
    try {
      quota = await client.get(resourceQuotas, name!, { namespace: namespace! })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
    const status = quotaStatus(quota, await countedFor(quota), clock.now())
    const isCounted = quota.status?.hard !== undefined && quota.status.used !== undefined
    if (!isCounted || !sameValue(status, quota.status))
      await client.update(resourceQuotas, { ...quota, status }, { subresource: 'status' })
    return LOOK_AGAIN
  }

  const { queue, running } = runLoop(context, 'resourcequota', [cache], sync)
  cache.addHandlers({
    onAdd: (quota) => queue.add(keyOf(quota)),
    onUpdate: (before, after) => {
      // What is used of it is written by admission and by this; what it gives is somebody's wish.
      if (!sameValue(before.spec, after.spec) || isForeign(before, after)) queue.add(keyOf(after))
    },
  })
  eachServed(context, (resource) => {
    const evaluator = resource.namespaced ? evaluatorOf(resource) : undefined
    if (evaluator === undefined) return undefined
    // What was limited before it was there is counted from now on.
    for (const quota of cache.lister.list()) if (isLimited(quota, evaluator)) queue.add(keyOf(quota))
    const note = ({ metadata }: ApiObject): void => {
      for (const quota of quotasIn(metadata!.namespace!)) if (isLimited(quota, evaluator)) queue.add(keyOf(quota))
    }
    return informers.for(resource).addHandlers({
      onAdd: (object) => {
        // Admission has counted it, but for a quota whose use nobody knew then.
        for (const quota of quotasIn(object.metadata!.namespace!))
          if (!isKnown(quota) && isLimited(quota, evaluator)) queue.add(keyOf(quota))
      },
      onUpdate: (before, after) => {
        const quotas = quotasIn(after.metadata!.namespace!)
        if (quotas.length > 0 && countsElse(quotas, evaluator, before, after, clock.now())) note(after)
      },
      onDelete: note,
    })
  })
  return running
}

const isKnown = ({ spec, status }: ResourceQuota): boolean =>
  Object.keys(spec?.hard ?? {}).every((name) => status?.used?.[name] !== undefined)

/** Somebody else has written what it gives, or has taken away what is used. */
const isForeign = (before: ResourceQuota, after: ResourceQuota): boolean =>
  !sameValue(after.status?.hard, after.spec?.hard) || (isKnown(before) && !isKnown(after))

/** Whether an object counts for another amount than it did, or in other quotas. */
const countsElse = (
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  before: ApiObject,
  after: ApiObject,
  now: number,
): boolean =>
  !sameValue(evaluator.usage(before, now), evaluator.usage(after, now)) ||
  quotas.some((quota) =>
    scopesOf(quota).some((scope) => evaluator.isIn(scope, before) !== evaluator.isIn(scope, after)),
  )
