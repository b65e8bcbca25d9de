import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PodCondition } from '#api/core/pod/status/status.ts'
import { timeText } from '#api/time-text.ts'
import { isNotFound } from '#client/client.ts'
import { withCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { byNode } from '../indexes.ts'
import { sameValue } from '../values/equal.ts'
import { evictingTaints, evictionTime, taintId } from './desired.ts'

/**
 * Deletes pods from nodes with a NoExecute taint that they do not tolerate, or no longer: from a silent node after 300
 * seconds, unless they say otherwise.
 */
export const startTaintEvictionController = (context: ControllerContext): RunningController => {
  const { client, informers, clock } = context
  const recorder = recorderOf(context, 'taint-eviction-controller')
  const [nodeCache, podCache] = [informers.for(nodes), informers.for(pods)]
  podCache.addIndex('node', byNode)
  /** By node and taint, for taints that do not say since when they are there. */
  const seen = new Map<string, Map<string, number>>()
  /** Pods that wait for their time, to be told when they need not any more. By uid. */
  const waiting = new Set<string>()

  const evict = async (pod: Pod): Promise<void> => {
    const { name, namespace, uid } = pod.metadata!
    recorder.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyOf(pod)}`)
    const condition: PodCondition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: timeText(clock.now()),
    }
    const conditions = withCondition(pod.status?.conditions ?? [], condition)
    try {
      // First the reason, so that whoever sees the deletion sees it too (KEP-3329).
      await client.update(pods, { ...pod, status: { ...pod.status, conditions } }, { namespace, subresource: 'status' })
      await client.delete(pods, name!, { namespace, preconditions: { uid } })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const pod = podCache.lister.byKey(key)
    if (!pod?.spec?.nodeName || isLeaving(pod)) return undefined
    const { uid } = pod.metadata!
    const now = clock.now()
    const known = seen.get(pod.spec.nodeName)
    const taints = evictingTaints(nodeCache.lister.get(pod.spec.nodeName))
    const due = evictionTime(pod, taints, (taint) => known?.get(taintId(taint)) ?? now)
    if (due === undefined) {
      if (waiting.delete(uid!))
        recorder.record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`)
      return undefined
    }
    if (due > now) {
      waiting.add(uid!)
      return due - now
    }
    await evict(pod)
    waiting.delete(uid!)
    return undefined
  }

  const { queue, running } = runLoop(context, 'taint-eviction', [nodeCache, podCache], sync)
  const note = (node: Node, before: readonly Taint[]): void => {
    const name = node.metadata!.name!
    const taints = evictingTaints(node)
    // Nearly every change of a node is a heartbeat.
    if (sameValue(before, taints)) return
    const known = seen.get(name)
    if (taints.length === 0) seen.delete(name)
    else seen.set(name, new Map(taints.map((taint) => [taintId(taint), known?.get(taintId(taint)) ?? clock.now()])))
    for (const pod of podCache.lister.byIndex('node', name)) queue.add(keyOf(pod))
  }
  nodeCache.addHandlers({
    onAdd: (node) => note(node, []),
    onUpdate: (before, node) => note(node, evictingTaints(before)),
    onDelete: (node) => seen.delete(node.metadata!.name!),
  })
  podCache.addHandlers({
    onAdd: (pod) => {
      if (evictingTaints(nodeCache.lister.get(pod.spec?.nodeName ?? '')).length > 0) queue.add(keyOf(pod))
    },
    onUpdate: (before, pod) => {
      if (before.spec?.nodeName === pod.spec?.nodeName && sameValue(before.spec?.tolerations, pod.spec?.tolerations))
        return
      if (evictingTaints(nodeCache.lister.get(pod.spec?.nodeName ?? '')).length > 0) queue.add(keyOf(pod))
    },
    onDelete: (pod) => waiting.delete(pod.metadata!.uid!),
  })
  return running
}
