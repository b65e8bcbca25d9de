import type { Pod } from '#api/core/pod/message.ts'
import type { NodeState } from './cluster-state.ts'
import type { Obstacle } from './obstacle.ts'
import { podRequests } from './requests.ts'

/** What the node lacks: a place for another pod, or some resource that the pod asks for. */
export const shortages = (pod: Pod, state: NodeState): readonly Obstacle[] => {
  const refusals: Obstacle[] = []
  const most = state.allocatable.get('pods')
  if (most !== undefined && (state.pods.length + 1) * 1000 > most)
    refusals.push({ code: 'too-many-pods', most: most / 1000 })
  for (const [resource, asked] of podRequests(pod)) {
    const free = (state.allocatable.get(resource) ?? 0) - (state.requested.get(resource) ?? 0)
    if (asked > 0 && asked > free) refusals.push({ code: 'insufficient', resource, asked, free })
  }
  return refusals
}
