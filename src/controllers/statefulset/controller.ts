import type { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import { statefulSets } from '#api/apps/statefulset/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
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
import { isSameState, templateOf } from '../revisions/desired-state.ts'
import { History } from '../revisions/history.ts'
import { sameValue } from '../values/equal.ts'
import { Claims } from './claims.ts'
import { planStatefulSet, type Step } from './desired.ts'
import { waitsForClaim } from './desired-claims.ts'
import { isNamedAfter } from './desired-ordinals.ts'
import type { Revision } from './desired-pod.ts'
import { newestOf, surplusRevisions } from './desired-revisions.ts'
import { VacatedNames } from './vacated-names.ts'

const asRevision = (revision: ControllerRevision): Revision => ({
  name: revision.metadata!.name!,
  template: templateOf(revision),
})

/** Keeps the pods of each StatefulSet, their claims, and the states that the set was in. */
export const startStatefulSetController = (context: ControllerContext): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, 'statefulset-controller')
  const [cache, podCache] = [informers.for(statefulSets), informers.for(pods)]
  podCache.addIndex('controller', byController)
  const history = new History(context, statefulSets)
  const departures = new Departures(context)
  const claims = new Claims(context, recorder)
  const vacated = new VacatedNames(context)

  /** Does it, and tells what came of it. */
  const tell = async (set: StatefulSet, verb: string, pod: Pod, act: () => Promise<unknown>): Promise<void> => {
    const about = `${verb} Pod ${pod.metadata?.name} in StatefulSet ${set.metadata?.name}`
    const word = `${verb[0]!.toUpperCase()}${verb.slice(1)}`
    try {
      await act()
      recorder.record(set, 'Normal', `Successful${word}`, `${about} successful`)
    } catch (error) {
      // What is there already came from ourselves: the cache is behind.
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error))
        recorder.record(set, 'Warning', `Failed${word}`, `${about} failed error: ${(error as Error).message}`)
      throw error
    }
  }

  const take = async (set: StatefulSet, step: Step): Promise<void> => {
    const { namespace } = set.metadata!
    const { pod } = step
    switch (step.kind) {
      case 'create':
        return tell(set, 'create', pod, async () => {
          await claims.make(set, pod)
          await claims.own(set, await client.create(pods, pod, { namespace }))
        })
      case 'delete':
        vacated.expect(pod)
        return tell(set, 'delete', pod, () => departures.delete(pod))
      case 'repair':
        return tell(set, 'update', pod, () => client.update(pods, pod, { namespace }))
      case 'claims':
        if (step.made) await claims.make(set, pod)
        return claims.own(set, pod)
    }
  }

  /** In order, and no further than the first that fails; Parallel pods in growing batches. */
  const takeAll = async (set: StatefulSet, steps: readonly Step[]): Promise<unknown> => {
    if (set.spec?.podManagementPolicy === 'Parallel') return inBatches(steps, (step) => take(set, step))
    for (const step of steps) {
      try {
        await take(set, step)
      } catch (error) {
        return error
      }
    }
    return undefined
  }

  /** The newest state is the set's template: found, made the newest again, or kept under a name that is free. */
  const newest = async (
    set: StatefulSet,
    revisions: readonly ControllerRevision[],
  ): Promise<{ readonly revision: ControllerRevision; readonly collisionCount: number }> => {
    for (let collisionCount = set.status?.collisionCount ?? 0; ; collisionCount++) {
      const found = newestOf(set, revisions, collisionCount)
      if (found.kind === 'there') return { revision: found.revision, collisionCount }
      if (found.kind === 'raise') return { revision: await history.raise(found.revision, found.number), collisionCount }
      const outcome = await history.create(found.revision)
      if ('created' in outcome) return { revision: outcome.created, collisionCount }
      if (isSameState(outcome.taken.data, found.revision.data)) return { revision: outcome.taken, collisionCount }
    }
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const set = cache.lister.byKey(key)
    if (!set) return undefined
    const { namespace, uid } = set.metadata!
    const revisions = await history.of(set)
    const own = await adoptAndRelease(context, statefulSets, set, pods, podCache.lister, {
      matches: (pod) => selects(set.spec?.selector, pod.metadata?.labels) && isNamedAfter(set, pod),
    })
    const { revision, collisionCount } = await newest(set, revisions)
    const current = revisions.find(({ metadata }) => metadata?.name === set.status?.currentRevision) ?? revision
    const claimsOf = await claims.there(set)
    const plan = planStatefulSet({
      set,
      current: asRevision(current),
      update: asRevision(revision),
      collisionCount,
      pods: own,
      isGoing: departures.includes,
      waits: (pod) => waitsForClaim(set, pod, claimsOf(pod)),
      restOf: (name) => vacated.restOf(namespace!, name),
      now: clock.now(),
    })
    const error = await takeAll(set, plan.steps)
    const latest = cache.lister.byKey(key)
    if (latest && latest.metadata?.uid === uid) {
      const { conditions } = latest.status ?? {}
      const status = { ...plan.status, ...(conditions ? { conditions } : {}) }
      if (!sameValue(status, latest.status))
        await client.update(statefulSets, { ...latest, status }, { namespace, subresource: 'status' })
    }
    const names = [current, revision].map(({ metadata }) => metadata!.name!)
    for (const past of surplusRevisions(set, revisions, own, names)) await history.delete(past)
    if (error !== undefined && !isNamespaceTerminating(error)) throw error
    return plan.dueIn
  }

  const { queue, running } = runLoop(context, 'statefulset', [cache, podCache, history.cache], sync)
  cache.addHandlers(onAny((set) => queue.add(keyOf(set))))
  podCache.addHandlers(
    onAny((pod) => {
      const owner = controllerOf(pod)
      const namespace = pod.metadata!.namespace!
      if (owner) {
        if (owner.kind === 'StatefulSet') queue.add(objectKey(namespace, owner.name))
        return
      }
      for (const set of cache.lister.list(namespace))
        if (selects(set.spec?.selector, pod.metadata?.labels)) queue.add(keyOf(set))
    }),
  )
  return running
}
