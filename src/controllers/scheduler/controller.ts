import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PodCondition } from '#api/core/pod/status/status.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isNotFound } from '#client/client.ts'
import { findCondition, withCondition, withoutCondition } from '#objects/conditions.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { isTerminal } from '#objects/pod.ts'
import { clusterStates } from '#placement/cluster-state.ts'
import { refusalText } from '#placement/event-text.ts'
import { place } from '#placement/placement.ts'
import { priorityOf } from '#placement/preemption.ts'
import { DEFAULT_SCHEDULER, schedulerOf, waitsForNode } from '#placement/prospect.ts'
import { podClaims } from '#placement/volumes/pod-claims.ts'
import { volumeProgress } from '#placement/volumes/volume-progress.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { byNode } from '../indexes.ts'
import { preemptor } from './preemptor.ts'
import { volumeBinding } from './volume-binding.ts'

/** Who owns what it writes of pods: as in any cluster. */
const SCHEDULER = 'kube-scheduler'

/** Another scheduler's pods are left to it. */
const isOurs = (pod: Pod): boolean => waitsForNode(pod) && schedulerOf(pod) === DEFAULT_SCHEDULER

interface Assumed {
  readonly pod: Pod
  readonly node: string
  /** It gets its node when its claims have their volumes there. */
  readonly waits?: boolean
}

/**
 * Binds pods to nodes. The choice is made from the caches in one synchronous step and counted as taken (`assumed`)
 * before the binding is written, so that several bindings are under way at once without two pods taking the same room.
 */
export const startScheduler = (context: ControllerContext): RunningController => {
  const { client, clock, informers, random } = context
  const recorder = recorderOf(context, DEFAULT_SCHEDULER)
  const [nodeCache, podCache, namespaceCache] = [informers.for(nodes), informers.for(pods), informers.for(namespaces)]
  const budgetCache = informers.for(podDisruptionBudgets)
  podCache.addIndex('node', byNode)
  podCache.addIndex('nominated', (pod) =>
    waitsForNode(pod) && pod.status?.nominatedNodeName ? [pod.status.nominatedNodeName] : [],
  )
  podCache.addIndex('waits for claim', (pod) =>
    isOurs(pod) ? podClaims(pod).map(({ claim }) => objectKey(pod.metadata?.namespace, claim)) : [],
  )
  const volumes = volumeBinding(context)
  const preempt = preemptor(context, recorder, budgetCache.lister)
  /** Bound by us, while the cache does not show it yet. By uid. */
  const assumed = new Map<string, Assumed>()
  /** Keys of pods that had no place: a change of nodes or of other pods may give them one. */
  const unplaced = new Set<string>()

  const stateOf = clusterStates()
  /** As the pod finds it: what pods of its rank and above have been promised counts as theirs. */
  const clusterFor = (pod: Pod) => {
    const taken = [...assumed.values()]
    const podsOn = (name: string) => [
      ...podCache.lister.byIndex('node', name),
      ...taken.filter(({ node }) => node === name).map((one) => one.pod),
      ...podCache.lister
        .byIndex('nominated', name)
        .filter((other) => other.metadata?.uid !== pod.metadata?.uid && priorityOf(other) >= priorityOf(pod))
        .filter((other) => !assumed.has(other.metadata!.uid!)),
    ]
    const labelsOf = (name: string) => namespaceCache.lister.get(name)?.metadata?.labels
    return stateOf(nodeCache.lister.list(), podsOn, labelsOf, volumes.state)
  }

  const refuse = async (pod: Pod, reason: string, message: string, nominated = ''): Promise<void> => {
    const current = findCondition(pod.status?.conditions, 'PodScheduled')
    const isTold = current?.status === 'False' && current.reason === reason && current.message === message
    if (isTold && (pod.status?.nominatedNodeName ?? '') === nominated) return
    const now = timeText(clock.now())
    const { generation: observedGeneration } = pod.metadata!
    const condition: PodCondition = {
      type: 'PodScheduled',
      ...(observedGeneration !== undefined && { observedGeneration }),
      status: 'False',
      lastTransitionTime: now,
      reason,
      message,
    }
    // Dropped first: another message with the same reason must get through.
    const others = withoutCondition(pod.status?.conditions, 'PodScheduled')
    const conditions =
      current?.status === 'False'
        ? [...others, { ...condition, lastTransitionTime: current.lastTransitionTime }]
        : withCondition(others, condition)
    const { namespace } = pod.metadata!
    await client.update(
      pods,
      { ...pod, status: { phase: 'Pending', ...pod.status, conditions, nominatedNodeName: nominated } },
      { namespace, subresource: 'status', fieldManager: SCHEDULER },
    )
    if (reason === 'Unschedulable') recorder.record(pod, 'Warning', 'FailedScheduling', message)
  }

  const sync = async (key: string): Promise<void> => {
    const pod = podCache.lister.byKey(key)
    const before = assumed.get(pod?.metadata?.uid ?? '')
    if (!pod || !isOurs(pod) || (before && !before.waits)) {
      unplaced.delete(key)
      return
    }
    if (before && (await advance(pod, before.node))) return
    const { uid } = pod.metadata!
    const cluster = clusterFor(pod)
    const placement = place(pod, cluster, random())
    if (placement.kind === 'gated')
      return refuse(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates')
    if (placement.kind === 'unschedulable') {
      unplaced.add(key)
      const outcome = await preempt(pod, placement.refused, cluster)
      return refuse(pod, 'Unschedulable', refusalText(placement.refused, outcome.why), outcome.nominated)
    }
    unplaced.delete(key)
    const node = nodeCache.lister.get(placement.name)!
    assumed.set(uid!, { pod, node: placement.name, waits: podClaims(pod).length > 0 })
    try {
      await volumes.prepare(pod, node)
    } catch (error) {
      assumed.delete(uid!)
      throw error
    }
    if (!(await advance(pod, placement.name))) queue.add(key)
  }

  /** Binds a pod as soon as its claims have their volumes. False: they will not have them there, it is to be placed again. */
  const advance = async (pod: Pod, name: string): Promise<boolean> => {
    const node = nodeCache.lister.get(name)
    const progress = node === undefined ? 'lost' : volumeProgress(pod, node, volumes.state)
    if (progress === 'bound') await bind(pod, name)
    if (progress === 'lost') assumed.delete(pod.metadata!.uid!)
    return progress !== 'lost'
  }

  const bind = async (pod: Pod, nodeName: string): Promise<void> => {
    const { name, namespace, uid } = pod.metadata!
    assumed.set(uid!, { pod, node: nodeName })
    try {
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      }
      // The subresource takes a Binding where the resource's own type is Pod.
      await client.create(pods as unknown as Resource<ApiObject>, binding, { namespace, subresource: 'binding' })
    } catch (error) {
      assumed.delete(uid!)
      if (isNotFound(error)) return
      throw error
    }
    const key = keyOf(pod)
    recorder.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${nodeName}`)
    // The watch may have been faster than the answer.
    forget(podCache.lister.byKey(key), uid!)
  }

  const forget = (pod: Pod | undefined, uid: string): void => {
    if (!pod || pod.metadata?.uid !== uid || pod.spec?.nodeName) assumed.delete(uid)
  }

  const caches = [nodeCache, podCache, namespaceCache, budgetCache, ...volumes.caches]
  const { queue, running } = runLoop(context, 'scheduler', caches, sync)
  const retryUnplaced = (which?: (pod: Pod) => boolean) => {
    for (const key of unplaced) {
      const pod = which && podCache.lister.byKey(key)
      if (!which || !pod || which(pod)) queue.add(key)
    }
  }
  volumes.onChange((claim) => {
    if (claim === undefined) retryUnplaced((pod) => podClaims(pod).length > 0)
    else for (const pod of podCache.lister.byIndex('waits for claim', claim)) queue.add(keyOf(pod))
  })
  podCache.addHandlers({
    onAdd: (pod) => {
      if (isOurs(pod)) queue.add(keyOf(pod))
      else if (unplaced.size > 0) retryUnplaced()
    },
    onUpdate: (before, pod) => {
      if (pod.spec?.nodeName) assumed.delete(pod.metadata!.uid!)
      // Our own condition on the pod is no reason to try again.
      if (isOurs(pod) && (before.spec !== pod.spec || before.metadata?.labels !== pod.metadata?.labels)) {
        if (JSON.stringify(before.spec) !== JSON.stringify(pod.spec)) queue.add(keyOf(pod))
      }
      if (unplaced.size > 0 && isTerminal(pod) && !isTerminal(before)) retryUnplaced()
    },
    onDelete: (pod) => {
      assumed.delete(pod.metadata!.uid!)
      unplaced.delete(keyOf(pod))
      retryUnplaced()
    },
  })
  namespaceCache.addHandlers({
    onUpdate: (before, namespace) => {
      const labels = (one: typeof namespace) => JSON.stringify(one.metadata?.labels ?? {})
      if (unplaced.size > 0 && labels(before) !== labels(namespace)) retryUnplaced()
    },
  })
  nodeCache.addHandlers({
    onAdd: () => retryUnplaced(),
    onDelete: () => retryUnplaced(),
    onUpdate: (before, node) => {
      // Heartbeats change conditions alone.
      const relevant = (one: typeof node) =>
        JSON.stringify([one.metadata?.labels, one.spec, one.status?.allocatable ?? one.status?.capacity])
      if (unplaced.size > 0 && relevant(before) !== relevant(node)) retryUnplaced()
    },
  })
  return running
}
