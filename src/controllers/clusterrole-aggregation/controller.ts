import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { aggregatedRules } from './desired.ts'

/** Aggregated ClusterRoles have the rules of all that their selectors choose: `admin`, `edit` and `view`, and others' own. */
export const startClusterRoleAggregation = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const cache = informers.for(clusterRoles)

  const sync = async (name: string): Promise<void> => {
    const role = cache.lister.get(name)
    if (!role || isLeaving(role)) return
    const rules = aggregatedRules(role, cache.lister.list())
    if (rules) await client.update(clusterRoles, { ...role, rules })
  }

  const { queue, running } = runLoop(context, 'clusterrole-aggregation', [cache], sync)
  cache.addHandlers(
    onAny<ClusterRole>(() => {
      // Any role may be one of those that are gathered.
      for (const { aggregationRule, metadata } of cache.lister.list()) if (aggregationRule) queue.add(metadata!.name!)
    }),
  )
  return running
}
