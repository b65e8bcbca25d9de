import type { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import { isTerminal } from '#objects/pod.ts'
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
import { isSameState, REVISION_LABEL } from '../revisions/desired-state.ts'
import { History } from '../revisions/history.ts'
import { sameValue } from '../values/equal.ts'
import { type Departure, planDaemonSet } from './desired.ts'
import { hashOf, makeRevision, pastOf, surplusHistory } from './desired-history.ts'
import { fitOf } from './desired-node.ts'
import { makePod } from './desired-pod.ts'
import { daemonSetStatus } from './desired-status.ts'
import { Patience } from './patience.ts'

/** Keeps a pod of each DaemonSet on every node that should have one. */
export const startDaemonSetController = (context: ControllerContext): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, 'daemonset-controller')
  const [cache, podCache, nodeCache] = [informers.for(daemonSets), informers.for(pods), informers.for(nodes)]
  podCache.addIndex('controller', byController)
  const history = new History(context, daemonSets)
  const departures = new Departures(context)
  const patience = new Patience(clock)

  /** The state of the present template: found, or kept; of several that are the same one stays. */
  const present = async (
    set: DaemonSet,
    revisions: readonly ControllerRevision[],
    own: readonly Pod[],
  ): Promise<{ readonly current: ControllerRevision; readonly old: readonly ControllerRevision[] }> => {
    const { same, old, number } = pastOf(set, revisions)
    const last = same.at(-1)
    if (!last) return { current: await keep(set, number), old }
    if (same.length > 1) {
      const labels = { [REVISION_LABEL]: hashOf(last) }
      for (const { metadata } of own)
        if (metadata?.labels?.[REVISION_LABEL] !== hashOf(last))
          await client.patch(
            pods,
            metadata!.name!,
            'merge',
            { metadata: { labels } },
            { namespace: metadata!.namespace },
          )
      for (const twin of same.slice(0, -1)) await history.delete(twin)
    }
    return { current: (last.revision ?? 0) < number ? await history.raise(last, number) : last, old }
  }

  const keep = async (set: DaemonSet, number: number): Promise<ControllerRevision> => {
    const wanted = makeRevision(set, number)
    const outcome = await history.create(wanted)
    if ('created' in outcome) return outcome.created
    if (isSameState(outcome.taken.data, wanted.data)) return outcome.taken
    const collisionCount = (set.status?.collisionCount ?? 0) + 1
    await client.update(
      daemonSets,
      { ...set, status: { ...set.status, collisionCount } as DaemonSet['status'] },
      { namespace: set.metadata!.namespace, subresource: 'status' },
    )
    throw new Error(`the name ${wanted.metadata!.name} belongs to something else; taking another`)
  }

  const create = async (set: DaemonSet, node: string, hash: string): Promise<void> => {
    const { namespace } = set.metadata!
    try {
      const pod = await client.create(pods, makePod(set, node, hash), { namespace })
      recorder.record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`)
    } catch (error) {
      if (isNamespaceTerminating(error)) return
      recorder.record(set, 'Warning', 'FailedCreate', `Error creating: ${(error as Error).message}`)
      throw error
    }
  }

  const remove = async (set: DaemonSet, { pod, ended }: Departure): Promise<void> => {
    if (ended !== undefined) {
      const about = `daemon pod ${keyOf(pod)} on node ${ended}`
      if (pod.status?.phase === 'Failed') {
        patience.lose(`${set.metadata?.uid}/${ended}`)
        recorder.record(set, 'Warning', 'FailedDaemonPod', `Found failed ${about}, will try to kill it`)
      } else recorder.record(set, 'Normal', 'SucceededDaemonPod', `Found succeeded ${about}, will try to delete it`)
    }
    try {
      if (await departures.delete(pod))
        recorder.record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata?.name}`)
    } catch (error) {
      recorder.record(set, 'Warning', 'FailedDelete', `Error deleting: ${(error as Error).message}`)
      throw error
    }
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const set = cache.lister.byKey(key)
    // Who goes may have lost its history already: nothing that is said of its pods would be right.
    if (!set || isLeaving(set)) return undefined
    const { namespace, uid } = set.metadata!
    const all = await adoptAndRelease(context, daemonSets, set, pods, podCache.lister)
    const { current, old } = await present(set, await history.of(set), all)
    const hash = hashOf(current)
    const there = nodeCache.lister.list()
    const isOver = (pod: Pod) => isTerminal(pod) && isLeaving(pod)
    const plan = planDaemonSet({
      set,
      hash,
      nodes: there,
      pods: all.filter((pod) => !isOver(pod)),
      isGoing: departures.includes,
      patience: (node) => patience.left(`${uid}/${node}`),
      now: clock.now(),
    })
    const error = await inBatches(plan.create, (node) => create(set, node, hash))
    const removals = await Promise.allSettled(plan.delete.map((one) => remove(set, one)))
    const failed = error ?? removals.find((result) => result.status === 'rejected')?.reason
    const latest = cache.lister.byKey(key)
    if (!latest || latest.metadata?.uid !== uid) return undefined
    const own = podCache.lister.byIndex('controller', uid!)
    const left = own.filter((pod) => !isOver(pod))
    const { status, dueIn } = daemonSetStatus(latest, there, left, hash, clock.now())
    // The generation that was acted on, not one that came in meanwhile: that one has its own turn.
    const observed = { ...status, observedGeneration: set.metadata?.generation }
    if (!sameValue(observed, latest.status))
      await client.update(daemonSets, { ...latest, status: observed }, { namespace, subresource: 'status' })
    for (const past of surplusHistory(set, old, own)) await history.delete(past)
    if (failed !== undefined) throw failed
    const waits = [plan.dueIn, dueIn].filter((ms) => ms !== undefined)
    return waits.length > 0 ? Math.min(...waits) : undefined
  }

  const caches = [cache, podCache, nodeCache, history.cache]
  const { queue, running } = runLoop(context, 'daemonset', caches, sync)
  cache.addHandlers(onAny((set) => queue.add(keyOf(set))))
  cache.addHandlers({ onDelete: ({ metadata }) => patience.forget(`${metadata?.uid}/`) })
  const owners = (object: ApiObject): void => {
    const owner = controllerOf(object)
    const namespace = object.metadata!.namespace!
    if (owner) {
      if (owner.kind === 'DaemonSet') queue.add(objectKey(namespace, owner.name))
      return
    }
    for (const set of cache.lister.list(namespace))
      if (selects(set.spec?.selector, object.metadata?.labels)) queue.add(keyOf(set))
  }
  podCache.addHandlers(onAny(owners))
  history.cache.addHandlers({
    ...onAny(owners),
    // One that has its owner was made by it, or by who knows what they do.
    onAdd: (revision) => {
      if (!controllerOf(revision)) owners(revision)
    },
  })
  const scheduled = ({ metadata, spec }: Node): string => JSON.stringify([metadata?.labels, spec?.taints])
  nodeCache.addHandlers({
    onAdd: (node) => {
      for (const set of cache.lister.list()) if (fitOf(set, node).runs) queue.add(keyOf(set))
    },
    onUpdate: (before, node) => {
      // Nearly every change of a node is a heartbeat.
      if (cache.lister.size === 0 || scheduled(before) === scheduled(node)) return
      for (const set of cache.lister.list()) if (!sameValue(fitOf(set, before), fitOf(set, node))) queue.add(keyOf(set))
    },
    onDelete: () => {
      for (const set of cache.lister.list()) queue.add(keyOf(set))
    },
  })
  return running
}
