import { leases } from '#api/coordination/lease/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { byNode } from '../indexes.ts'
import { desiredTaints, readyStatus, silentConditions } from './desired.ts'
import { evictionsOf } from './desired-evictions.ts'

const LEASE_NAMESPACE = 'kube-node-lease'

/**
 * Notices nodes that stopped renewing their lease: Ready becomes Unknown, the node is tainted, and its pods are no
 * longer ready, so that no Service sends anyone there. The time counts from when a renewal was seen here, not from what
 * the node's clock wrote.
 */
export const startNodeLifecycleController = (context: ControllerContext): RunningController => {
  const { client, informers, clock, nodeMonitorGraceMs: graceMs } = context
  const recorder = recorderOf(context, 'node-controller')
  const [nodeCache, leaseCache, podCache] = [informers.for(nodes), informers.for(leases), informers.for(pods)]
  podCache.addIndex('node', byNode)
  const heard = new Map<string, { readonly renewTime: string; readonly at: number; readonly uid: string }>()
  const told = (name: string, uid: string, reason: string, what: string): void => {
    const about = { apiVersion: 'v1', kind: 'Node', name, uid }
    recorder.recordReference(about, 'Normal', reason, `Node ${name} event: ${what}`)
  }
  const forget = (name: string): void => {
    const known = heard.get(name)
    if (known) told(name, known.uid, 'RemovingNode', `Removing Node ${name} from Controller`)
    heard.delete(name)
  }

  const markPod = async (pod: Pod): Promise<void> => {
    const at = timeText(clock.now())
    const conditions = pod.status!.conditions!.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: at } : condition,
    )
    const { namespace } = pod.metadata!
    await client.update(pods, { ...pod, status: { ...pod.status, conditions } }, { namespace, subresource: 'status' })
    recorder.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
  }

  const sync = async (name: string): Promise<number | undefined> => {
    let node = nodeCache.lister.get(name)
    if (!node || isLeaving(node)) {
      if (!node) forget(name)
      return undefined
    }
    const now = clock.now()
    const lease = leaseCache.lister.get(name, LEASE_NAMESPACE)?.spec?.renewTime
    // A kubelet without leases is heard by its status.
    const beat = findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime
    const renewTime = `${lease} ${beat}`
    const uid = node.metadata!.uid!
    let last = heard.get(name)
    if (!last) told(name, uid, 'RegisteredNode', `Registered Node ${name} in Controller`)
    if (!last || last.renewTime !== renewTime) {
      last = { renewTime, at: now, uid }
      heard.set(name, last)
    }
    const silence = now - last.at
    if (silence >= graceMs) {
      const conditions = silentConditions(node, now)
      if (conditions) {
        if (readyStatus(node) === 'True')
          recorder.record(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
        node = await client.update(
          nodes,
          { ...node, status: { ...node.status, conditions } },
          { subresource: 'status' },
        )
      }
    }
    const taints = desiredTaints(node, now, evictionsOf(node, nodeCache.lister.list()))
    if (taints) {
      const { resourceVersion, uid } = node.metadata!
      const body = { metadata: { resourceVersion, uid }, spec: { taints: taints.length > 0 ? taints : null } }
      node = await client.patch(nodes, name, 'merge', body)
    }
    // A kubelet that says itself that it is not ready looks after its own pods, but they cannot be trusted either.
    if (readyStatus(node) !== 'True' && findCondition(node.status?.conditions, 'Ready'))
      await Promise.all(podCache.lister.byIndex('node', name).filter(isReady).map(markPod))
    return silence >= graceMs ? undefined : graceMs - silence
  }

  const caches = [nodeCache, leaseCache, podCache]
  const { queue, running } = runLoop(context, 'node-lifecycle', caches, sync)
  /** Whether pods are sent away from one follows from how many there are, and how they are. */
  const lookAtAll = (): void => {
    for (const node of nodeCache.lister.list()) queue.add(node.metadata!.name!)
  }
  nodeCache.addHandlers({
    onAdd: (node) => {
      queue.add(node.metadata!.name!)
      lookAtAll()
    },
    onUpdate: (before, node) => {
      queue.add(node.metadata!.name!)
      if (readyStatus(before) !== readyStatus(node)) lookAtAll()
    },
    onDelete: (node) => {
      queue.add(node.metadata!.name!)
      lookAtAll()
    },
  })
  const renewed = (lease: { readonly metadata?: { readonly name?: string; readonly namespace?: string } }) => {
    if (lease.metadata?.namespace === LEASE_NAMESPACE) queue.add(lease.metadata.name!)
  }
  leaseCache.addHandlers({ onAdd: renewed, onUpdate: (_, lease) => renewed(lease) })
  return running
}
