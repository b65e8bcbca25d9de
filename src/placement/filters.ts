import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { UNSCHEDULABLE_TAINT } from '#objects/well-known.ts'
import type { ClusterState, NodeState } from './cluster-state.ts'
import { hostPortTaken } from './host-port.ts'
import { nodeMismatches } from './node-affinity.ts'
import type { Obstacle } from './obstacle.ts'
import { antiAffinityFault, podAffinityFault } from './pod-affinity.ts'
import { shortages } from './shortage.ts'
import { isTolerated } from './toleration.ts'
import { spreadFault } from './topology-spread.ts'
import { claimFault, takenClaim, volumeFault } from './volumes/volume-filter.ts'

/** One thing that a node must be or have, and what of it this one is not or has not. */
type Filter = (pod: Pod, state: NodeState, cluster: ClusterState) => readonly Obstacle[]

const CORDONED: Taint = { key: UNSCHEDULABLE_TAINT, effect: 'NoSchedule' }

const cordon: Filter = ({ spec }, { node }) =>
  node.spec?.unschedulable && !isTolerated(spec?.tolerations, CORDONED) ? [{ code: 'unschedulable' }] : []

const taints: Filter = ({ spec }, { node }) => {
  const taint = (node.spec?.taints ?? []).find(
    (one) => one.effect !== 'PreferNoSchedule' && !isTolerated(spec?.tolerations, one),
  )
  if (taint === undefined) return []
  const { key, value, effect } = taint
  return [{ code: 'untolerated-taint', taint: { key, effect, ...(value && { value }) } }]
}

const oneOf = (refusal: Obstacle | undefined): readonly Obstacle[] => (refusal ? [refusal] : [])

/** In kube-scheduler's order: what no node can mend comes before what one of them is. */
const FILTERS: readonly Filter[] = [
  (pod, _, cluster) => oneOf(claimFault(pod, cluster)),
  cordon,
  taints,
  (pod, { node }) => nodeMismatches(pod, node),
  (pod, state) => oneOf(hostPortTaken(pod, state)),
  shortages,
  (pod, _, cluster) => oneOf(takenClaim(pod, cluster)),
  (pod, state, cluster) => oneOf(volumeFault(pod, state, cluster)),
  (pod, state, cluster) => oneOf(spreadFault(pod, state, cluster)),
  (pod, state, cluster) => oneOf(podAffinityFault(pod, state, cluster) ?? antiAffinityFault(pod, state, cluster)),
]

/** Why the pod cannot go there, as a scheduler says it: what the first filter that refuses finds. None: it can. */
export const refusalsOf = (pod: Pod, state: NodeState, cluster: ClusterState): readonly Obstacle[] => {
  for (const filter of FILTERS) {
    const refusals = filter(pod, state, cluster)
    if (refusals.length > 0) return refusals
  }
  return []
}

/** Everything that keeps the pod from there, so that a person who takes one thing away knows what is left. */
export const obstaclesOf = (pod: Pod, state: NodeState, cluster: ClusterState): readonly Obstacle[] =>
  FILTERS.flatMap((filter) => filter(pod, state, cluster))
