import type { Pod } from '#api/core/pod/message.ts'
import { isActive } from '#objects/pod.ts'
import type { ClusterState, NodeState } from './cluster-state.ts'
import { refusalsOf } from './filters.ts'
import type { RefusingNode } from './obstacle.ts'

/** What a pod that no node has may hope for. */
export type Prospect =
  /** It says itself that it is not to be placed yet. */
  | { readonly kind: 'gated'; readonly gates: readonly string[] }
  | { readonly kind: 'possible'; readonly nodes: readonly NodeState[] }
  /** Every node refuses; none where there is no node at all. */
  | { readonly kind: 'unschedulable'; readonly refused: readonly RefusingNode[] }

export const prospectOf = (pod: Pod, cluster: ClusterState): Prospect => {
  const gates = pod.spec?.schedulingGates ?? []
  if (gates.length > 0) return { kind: 'gated', gates: gates.map(({ name }) => name) }
  const judged = cluster.nodes.map((state) => ({ state, obstacles: refusalsOf(pod, state, cluster) }))
  const nodes = judged.filter(({ obstacles }) => obstacles.length === 0).map(({ state }) => state)
  if (nodes.length > 0) return { kind: 'possible', nodes }
  const refused = judged.map(({ state, obstacles }) => ({ node: state.node.metadata?.name ?? '', obstacles }))
  return { kind: 'unschedulable', refused }
}

/** The scheduler of this cluster, by the name that pods give it. */
export const DEFAULT_SCHEDULER = 'default-scheduler'

export const schedulerOf = ({ spec }: Pod): string => spec?.schedulerName || DEFAULT_SCHEDULER

/** No node has it yet, and it is to get one. A nodeName that the user wrote goes around every scheduler. */
export const waitsForNode = (pod: Pod): boolean => !pod.spec?.nodeName && isActive(pod)
