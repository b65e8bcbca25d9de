import type { Pod } from '#api/core/pod/message.ts'
import { type ClusterState, clusterState } from '#placement/cluster-state.ts'
import { DEFAULT_SCHEDULER, prospectOf, schedulerOf } from '#placement/prospect.ts'
import { volumeState } from '#placement/volumes/volume-state.ts'
import { own } from '#schema/own.ts'
import type { Unplaced } from '../trace/trouble.ts'
import type { ClusterFacts } from './facts.ts'

/** Facts do not change: the state of a cluster is made of them once. */
const states = new WeakMap<ClusterFacts, ClusterState>()

/** The cluster as a scheduler sees it. */
export const placingState = (facts: ClusterFacts): ClusterState => {
  const known = states.get(facts)
  if (known !== undefined) return known
  const byNode = Map.groupBy(facts.pods, ({ spec }) => spec?.nodeName ?? '')
  const state = clusterState(
    facts.nodes,
    (node) => byNode.get(node) ?? [],
    (namespace) => own(facts.namespaceLabels, namespace),
    facts.storage && volumeState(facts.storage),
  )
  states.set(facts, state)
  return state
}

/** Why a pod that has no node has none. */
export function unplacedOf(facts: ClusterFacts, pod: Pod): Unplaced {
  const scheduler = schedulerOf(pod)
  if (scheduler !== DEFAULT_SCHEDULER) return { code: 'other-scheduler', scheduler }
  const prospect = prospectOf(pod, placingState(facts))
  switch (prospect.kind) {
    case 'gated':
      return { code: 'gated', gates: prospect.gates }
    case 'unschedulable':
      return { code: 'unschedulable', refused: prospect.refused }
    case 'possible':
      return { code: 'waiting', nodes: prospect.nodes.map(({ node }) => node.metadata?.name ?? '') }
  }
}
