import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { byNode } from '../indexes.ts'
import { endOf, isOutOfService, podsToCollect, QUARANTINE_MS } from './desired.ts'

const ALL = 'all'

/**
 * Removes pods that nobody else will: bound to a node that is gone, deleted on one that somebody has
 * declared out of service, deleted before they had one, or ended long ago.
 */
export const startPodGarbageCollector = (context: ControllerContext): RunningController => {
  const { client, informers, clock, log } = context
  const [nodeCache, podCache] = [informers.for(nodes), informers.for(pods)]
  podCache.addIndex('node', byNode)
  const missingSince = new Map<string, number>()

  const sync = async (): Promise<number | undefined> => {
    const now = clock.now()
    const all = podCache.lister.list()
    const bound = new Set(all.flatMap((pod) => pod.spec?.nodeName || []))
    for (const name of bound) if (!nodeCache.lister.get(name) && !missingSince.has(name)) missingSince.set(name, now)
    for (const name of missingSince.keys())
      if (!bound.has(name) || nodeCache.lister.get(name)) missingSince.delete(name)
    for (const [name, since] of missingSince) {
      if (now - since < QUARANTINE_MS) continue
      // The cache has long said so; the server has the last word before something is deleted by force.
      const there = await client.get(nodes, name).then(
        () => true,
        (error: unknown) => {
          if (isNotFound(error)) return false
          throw error
        },
      )
      if (there) missingSince.delete(name)
    }
    const missingFor = (name: string) => {
      const since = missingSince.get(name)
      return since === undefined ? 0 : now - since
    }
    const facts = { missingFor, isOutOfService: (name: string) => isOutOfService(nodeCache.lister.get(name)) }
    for (const { pod, reason } of podsToCollect(all, facts)) {
      const { name, namespace, uid } = pod.metadata!
      log('info', `pod-garbage-collector: deleting ${namespace}/${name}`, { reason })
      const status = endOf(pod, reason, now)
      if (status)
        await client.update(pods, { ...pod, status }, { namespace, subresource: 'status' }).catch((error: unknown) => {
          if (!isNotFound(error)) throw error
        })
      await client
        .delete(pods, name!, { namespace, gracePeriodSeconds: 0, preconditions: { uid } })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error
        })
    }
    const waits = [...missingSince.values()].map((since) => since + QUARANTINE_MS - now).filter((ms) => ms > 0)
    return waits.length > 0 ? Math.min(...waits) : undefined
  }

  const { queue, running } = runLoop(context, 'pod-garbage-collector', [nodeCache, podCache], sync)
  const look = () => queue.add(ALL)
  nodeCache.addHandlers({
    onAdd: look,
    onUpdate: (before, node) => {
      if (isOutOfService(node) && !isOutOfService(before)) look()
    },
    onDelete: look,
  })
  podCache.addHandlers({
    onAdd: (pod) => {
      if (pod.spec?.nodeName && !nodeCache.lister.get(pod.spec.nodeName)) look()
    },
    onUpdate: (_, pod) => {
      const node = pod.spec?.nodeName
      const known = nodeCache.lister.get(node ?? '')
      if (node ? !known || isTerminal(pod) || (isLeaving(pod) && isOutOfService(known)) : isLeaving(pod)) look()
    },
  })
  return running
}
