import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Resource } from '#api/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
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
import { inBatches } from '../pods/batches.ts'
import { Departures } from '../pods/departures.ts'
import { podOf } from '../pods/desired-pod.ts'
import { sameValue } from '../values/equal.ts'
import { type Failure, planReplicas, type Replicated, replicasStatus } from './desired.ts'

/** A kind that keeps a number of equal pods. */
interface ReplicaKind<T extends Replicated> {
  /** Of the controller, among the others. */
  readonly name: string
  /** Of the controller, in its Events. */
  readonly component: string
  readonly resource: Resource<T>
  readonly selects: (owner: T, labels: { readonly [key: string]: string } | undefined) => boolean
  /** Its status speaks of pods that are ending. */
  readonly countsTerminating: boolean
}

/**
 * Keeps as many pods as each of the kind asks for. Kubernetes waits for "expectations" so as not to create twice from a
 * cache that is behind. Here creations are in the cache when they resolve (Informer.observe), and deletions are kept by
 * uid until the cache shows them, so that the next look is always right.
 */
export const startReplicaKeeper = <T extends Replicated>(
  context: ControllerContext,
  { name, component, resource, selects, countsTerminating }: ReplicaKind<T>,
): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, component)
  const [cache, podCache] = [informers.for(resource), informers.for(pods)]
  cache.addIndex('controller', byController)
  podCache.addIndex('controller', byController)
  const departures = new Departures(context)

  const createPod = async (owner: T): Promise<void> => {
    const { namespace } = owner.metadata!
    const pod = await client.create(pods, podOf(owner, owner.spec?.template), { namespace })
    recorder.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`)
  }

  const deletePod = async (owner: T, pod: Pod): Promise<void> => {
    if (await departures.delete(pod))
      recorder.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata?.name}`)
  }

  /** Active pods of it, and of those that have the same owner as it. */
  const relatedTo = (owner: T, own: readonly Pod[]): readonly Pod[] => {
    const grandparent = controllerOf(owner)?.uid
    if (!grandparent) return own.filter(isActive)
    return cache.lister
      .byIndex('controller', grandparent)
      .flatMap((sibling) => podCache.lister.byIndex('controller', sibling.metadata!.uid!))
      .filter(isActive)
  }

  const manage = async (owner: T, own: readonly Pod[]): Promise<{ error: unknown; failure?: Failure }> => {
    const plan = planReplicas(owner, own, departures.uids, relatedTo(owner, own), clock.now())
    if (plan.create > 0) {
      const error = await inBatches(Array(plan.create).fill(owner), createPod)
      // A namespace that is going takes no new pods: nothing to tell anybody, and nothing to try again.
      if (error === undefined || isNamespaceTerminating(error)) return { error: undefined }
      const message = (error as Error).message
      recorder.record(owner, 'Warning', 'FailedCreate', `Error creating: ${message}`)
      return { error, failure: { reason: 'FailedCreate', message } }
    }
    const results = await Promise.allSettled(plan.delete.map((pod) => deletePod(owner, pod)))
    const failed = results.find((result) => result.status === 'rejected')
    if (!failed) return { error: undefined }
    const message = (failed.reason as Error).message
    recorder.record(owner, 'Warning', 'FailedDelete', `Error deleting: ${message}`)
    return { error: failed.reason, failure: { reason: 'FailedDelete', message } }
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const owner = cache.lister.byKey(key)
    if (!owner) return undefined
    const { namespace, uid } = owner.metadata!
    const own = await adoptAndRelease(context, resource, owner, pods, podCache.lister, {
      canAdopt: isActive,
      matches: ({ metadata }) => selects(owner, metadata?.labels),
    })
    const { error, failure } = await manage(owner, own)
    const now = clock.now()
    const latest = cache.lister.byKey(key)
    if (latest?.metadata?.uid === uid && latest) {
      const { status, dueIn } = replicasStatus(latest, podCache.lister.byIndex('controller', uid!), failure, now)
      const { terminatingReplicas, ...counted } = status
      // The generation that was acted on, not one that came in meanwhile: that one has its own turn.
      const observed = {
        ...counted,
        ...(countsTerminating ? { terminatingReplicas } : {}),
        observedGeneration: owner.metadata?.generation,
      }
      if (!sameValue(observed, latest.status))
        await client.update(resource, { ...latest, status: observed }, { namespace, subresource: 'status' })
      if (error === undefined) return dueIn
    }
    if (error !== undefined) throw error
    return undefined
  }

  const { queue, running } = runLoop(context, name, [cache, podCache], sync)
  cache.addHandlers(onAny((owner) => queue.add(keyOf(owner))))
  podCache.addHandlers(
    onAny((pod) => {
      const controller = controllerOf(pod)
      const namespace = pod.metadata!.namespace!
      if (controller) {
        if (controller.kind === resource.kind) queue.add(objectKey(namespace, controller.name))
        return
      }
      if (isLeaving(pod)) return
      for (const owner of cache.lister.list(namespace))
        if (selects(owner, pod.metadata?.labels)) queue.add(keyOf(owner))
    }),
  )
  return running
}
