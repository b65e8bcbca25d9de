import type { Pod } from '#api/core/pod/message.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import type { ClusterState, NodeState } from './cluster-state.ts'
import { nodeAffinityScore } from './node-affinity.ts'
import { podAffinityScore } from './pod-affinity.ts'
import { type Prospect, prospectOf } from './prospect.ts'
import { podRequests } from './requests.ts'
import { isTolerated } from './toleration.ts'
import { spreadScore } from './topology-spread.ts'

/** The node that the pod gets, by name, or why it gets none. */
export type Placement = { readonly kind: 'node'; readonly name: string } | Exclude<Prospect, { kind: 'possible' }>

/**
 * The best node for the pod. Among the possible ones: least skew of its topologySpreadConstraints, preferred node
 * affinity, preferred pod affinity, no PreferNoSchedule taint, fewest pods of the same owner, most free room, fewest
 * pods; a tie goes by `pick` (a number in [0, 1)), so that not always the first node fills up first.
 */
export const place = (pod: Pod, cluster: ClusterState, pick: number): Placement => {
  const prospect = prospectOf(pod, cluster)
  if (prospect.kind !== 'possible') return prospect
  const near = podAffinityScore(pod, cluster)
  const scored = prospect.nodes.map((state) => ({ state, scores: scoresOf(pod, state, prospect.nodes, near(state)) }))
  const compare = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((value, i) => value !== b[i])
    return at < 0 ? 0 : a[at]! - b[at]!
  }
  const [best] = scored.map(({ scores }) => scores).sort(compare)
  const ties = scored.filter(({ scores }) => compare(scores, best!) === 0)
  return { kind: 'node', name: ties[Math.floor(pick * ties.length)]!.state.node.metadata!.name! }
}

/** Smaller is better, the first difference decides. */
const scoresOf = (pod: Pod, state: NodeState, possible: readonly NodeState[], near: number): readonly number[] => {
  const { node } = state
  const shunned = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(pod.spec?.tolerations, taint),
  ).length
  const owner = controllerOf(pod)?.uid
  return [
    spreadScore(pod, state, possible),
    -nodeAffinityScore(pod, node),
    -near,
    shunned,
    state.owned.get(owner ?? '') ?? 0,
    Math.round(fullness(pod, state) * 10),
    state.pods.length,
  ]
}

/** The share of CPU and memory that is asked for with this pod on it, 0 to 1. */
const fullness = (pod: Pod, state: NodeState): number => {
  const wanted = podRequests(pod)
  const shares = ['cpu', 'memory'].map((name) => {
    const most = state.allocatable.get(name)
    return most ? ((state.requested.get(name) ?? 0) + (wanted.get(name) ?? 0)) / most : 0
  })
  return Math.max(...shares)
}
