import type { Pod } from '#api/core/pod/message.ts'
import type { TopologySpreadConstraint } from '#api/core/pod/spec/scheduling.ts'
import { selects } from '#objects/label-selector.ts'
import { isActive } from '#objects/pod.ts'
import { own } from '#schema/own.ts'
import { type ClusterState, domainOf, type NodeState } from './cluster-state.ts'
import { nodeMismatches } from './node-affinity.ts'
import type { Obstacle } from './obstacle.ts'

const countsIn = (
  key: string,
  nodes: readonly NodeState[],
  matches: (pod: Pod) => boolean,
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const state of nodes) {
    const domain = domainOf(state, key)
    if (domain === undefined) continue
    counts.set(domain, (counts.get(domain) ?? 0) + state.pods.filter(matches).length)
  }
  return counts
}

const alike =
  (pod: Pod, constraint: TopologySpreadConstraint) =>
  (other: Pod): boolean =>
    isActive(other) &&
    other.metadata?.namespace === pod.metadata?.namespace &&
    selects(constraint.labelSelector, other.metadata?.labels) &&
    (constraint.matchLabelKeys ?? []).every(
      (key) => own(other.metadata?.labels, key) === own(pod.metadata?.labels, key),
    )

/** topologySpreadConstraints with DoNotSchedule. Only nodes that the pod's node affinity allows are counted. */
export const spreadFault = (pod: Pod, state: NodeState, { nodes }: ClusterState): Obstacle | undefined => {
  const strict = (pod.spec?.topologySpreadConstraints ?? []).filter((one) => one.whenUnsatisfiable === 'DoNotSchedule')
  if (strict.length === 0) return undefined
  const eligible = nodes.filter(({ node }) => nodeMismatches(pod, node).length === 0)
  for (const constraint of strict) {
    const { topologyKey, maxSkew, minDomains = 1, labelSelector } = constraint
    const domain = domainOf(state, topologyKey)
    if (domain === undefined) return { code: 'spread-label-missing', topologyKey }
    const counts = countsIn(topologyKey, eligible, alike(pod, constraint))
    // Fewer domains than asked for count as if an empty one were there.
    const least = counts.size < minDomains ? 0 : Math.min(...counts.values())
    const self = selects(labelSelector, pod.metadata?.labels) ? 1 : 0
    const skew = (counts.get(domain) ?? 0) + self - least
    if (skew > maxSkew) return { code: 'spread', topologyKey, skew, maxSkew }
  }
  return undefined
}

/** How many of its like the pod would meet, over all constraints: smaller spreads better. */
export const spreadScore = (pod: Pod, state: NodeState, all: readonly NodeState[]): number =>
  (pod.spec?.topologySpreadConstraints ?? []).reduce((sum, constraint) => {
    const domain = domainOf(state, constraint.topologyKey)
    if (domain === undefined) return sum + 1000
    return sum + countsIn(constraint.topologyKey, all, alike(pod, constraint)).get(domain)!
  }, 0)
