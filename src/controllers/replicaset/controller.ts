import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import { isActive } from '#objects/pod.ts'
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
import { sameValue } from '../values/equal.ts'
import { type Failure, makePod, planReplicaSet, replicaSetStatus } from './desired.ts'

/**
 * Keeps as many pods as each ReplicaSet asks for. Kubernetes waits for "expectations" so as not to create twice from a
 * cache that is behind. Here creations are in the cache when they resolve (Informer.observe), and deletions are kept by
 * uid until the cache shows them, so that the next look is always right.
 */
export const startReplicaSetController = (context: ControllerContext): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, 'replicaset-controller')
  const [cache, podCache] = [informers.for(replicaSets), informers.for(pods)]
  cache.addIndex('controller', byController)
  podCache.addIndex('controller', byController)
  /** Deleted by us, while the cache does not know yet. */
  const doomed = new Set<string>()

  const createPod = async (replicaSet: ReplicaSet): Promise<void> => {
    const { namespace } = replicaSet.metadata!
    const pod = await client.create(pods, makePod(replicaSet), { namespace })
    recorder.record(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`)
  }

  /** 1, 2, 4, …: a template that the server refuses is refused once, not five hundred times. */
  const createAll = async (replicaSet: ReplicaSet, count: number): Promise<unknown> => {
    for (let done = 0, batch = 1; done < count; batch *= 2) {
      const size = Math.min(batch, count - done)
      const results = await Promise.allSettled(Array.from({ length: size }, () => createPod(replicaSet)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) return failed.reason
      done += size
    }
    return undefined
  }

  const deletePod = async (replicaSet: ReplicaSet, pod: Pod): Promise<void> => {
    const { name, namespace, uid } = pod.metadata!
    doomed.add(uid!)
    try {
      await client.delete(pods, name!, { namespace, preconditions: { uid } })
      recorder.record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
    } catch (error) {
      if (isNotFound(error)) return
      doomed.delete(uid!)
      throw error
    }
  }

  const manage = async (
    replicaSet: ReplicaSet,
    own: readonly Pod[],
  ): Promise<{ error: unknown; failure?: Failure }> => {
    const grandparent = controllerOf(replicaSet)?.uid
    const related = grandparent
      ? cache.lister
          .byIndex('controller', grandparent)
          .flatMap((sibling) => podCache.lister.byIndex('controller', sibling.metadata!.uid!))
          .filter(isActive)
      : own.filter(isActive)
    const plan = planReplicaSet(replicaSet, own, doomed, related, clock.now())
    if (plan.create > 0) {
      const error = await createAll(replicaSet, plan.create)
      if (error === undefined) return { error }
      const message = (error as Error).message
      // A namespace that is going takes no new pods: nothing to tell anybody, and nothing to try again.
      if (isNamespaceTerminating(error)) return { error: undefined }
      recorder.record(replicaSet, 'Warning', 'FailedCreate', `Error creating: ${message}`)
      return { error, failure: { reason: 'FailedCreate', message } }
    }
    const results = await Promise.allSettled(plan.delete.map((pod) => deletePod(replicaSet, pod)))
    const failed = results.find((result) => result.status === 'rejected')
    if (!failed) return { error: undefined }
    const message = (failed.reason as Error).message
    recorder.record(replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${message}`)
    return { error: failed.reason, failure: { reason: 'FailedDelete', message } }
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const replicaSet = cache.lister.byKey(key)
    if (!replicaSet) return undefined
    const { namespace, uid } = replicaSet.metadata!
    const own = await adoptAndRelease(context, replicaSets, replicaSet, pods, podCache.lister, isActive)
    const { error, failure } = await manage(replicaSet, own)
    const now = clock.now()
    const latest = cache.lister.byKey(key)
    if (latest?.metadata?.uid === uid && latest) {
      const { status, dueIn } = replicaSetStatus(latest, podCache.lister.byIndex('controller', uid!), failure, now)
      // The generation that was acted on, not one that came in meanwhile: that one has its own turn.
      const observed = { ...status, observedGeneration: replicaSet.metadata?.generation }
      if (!sameValue(observed, latest.status))
        await client.update(replicaSets, { ...latest, status: observed }, { namespace, subresource: 'status' })
      if (error === undefined) return dueIn
    }
    if (error !== undefined) throw error
    return undefined
  }

  const { queue, running } = runLoop(context, 'replicaset', [cache, podCache], sync)
  cache.addHandlers(onAny((replicaSet) => queue.add(keyOf(replicaSet))))
  podCache.addHandlers({
    ...onAny<Pod>((pod) => {
      const owner = controllerOf(pod)
      const namespace = pod.metadata!.namespace!
      if (owner) {
        if (owner.kind === 'ReplicaSet') queue.add(objectKey(namespace, owner.name))
        return
      }
      if (isLeaving(pod)) return
      for (const replicaSet of cache.lister.list(namespace))
        if (selects(replicaSet.spec?.selector, pod.metadata?.labels)) queue.add(keyOf(replicaSet))
    }),
  })
  podCache.addHandlers({
    onUpdate: (_, pod) => {
      if (isLeaving(pod)) doomed.delete(pod.metadata!.uid!)
    },
    onDelete: (pod) => doomed.delete(pod.metadata!.uid!),
  })
  return running
}
