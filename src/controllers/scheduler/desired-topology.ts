import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from '#api/core-v1.ts'
import { matchesLabelSelector } from '#client/label-selector.ts'
import { isPodActive } from '../objects/pod.ts'
import type { NodeState } from './desired-resources.ts'

const domainOf = (state: NodeState, key: string): string | undefined => state.node.metadata?.labels?.[key]

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
    isPodActive(other) &&
    other.metadata?.namespace === pod.metadata?.namespace &&
    matchesLabelSelector(constraint.labelSelector, other.metadata?.labels) &&
    (constraint.matchLabelKeys ?? []).every((key) => other.metadata?.labels?.[key] === pod.metadata?.labels?.[key])

/** topologySpreadConstraints with DoNotSchedule. `eligible` are the nodes that the pod's node affinity allows. */
export const spreadFault = (pod: Pod, state: NodeState, eligible: readonly NodeState[]): string | undefined => {
  for (const constraint of pod.spec?.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue
    const domain = domainOf(state, constraint.topologyKey)
    if (domain === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)"
    const counts = countsIn(constraint.topologyKey, eligible, alike(pod, constraint))
    // Fewer domains than asked for count as if an empty one were there.
    const least = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values())
    const self = matchesLabelSelector(constraint.labelSelector, pod.metadata?.labels) ? 1 : 0
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew)
      return "node(s) didn't match pod topology spread constraints"
  }
  return undefined
}

/** How many of its like the pod would meet, over all constraints: smaller spreads better. */
export const spreadScore = (pod: Pod, state: NodeState, all: readonly NodeState[]): number =>
  (pod.spec?.topologySpreadConstraints ?? []).reduce((sum, constraint) => {
    const domain = domainOf(state, constraint.topologyKey)
    if (domain === undefined) return sum + 1000
    return sum + (countsIn(constraint.topologyKey, all, alike(pod, constraint)).get(domain) ?? 0)
  }, 0)

/** namespaceSelector: the empty one means all namespaces; others need labels of namespaces and are read as the pod's own. */
const termMatches = (term: PodAffinityTerm, of: Pod, other: Pod): boolean => {
  const selector = term.namespaceSelector
  const everywhere =
    selector !== undefined &&
    Object.keys(selector.matchLabels ?? {}).length === 0 &&
    (selector.matchExpressions ?? []).length === 0
  const own = (term.namespaces ?? []).length > 0 ? term.namespaces! : [of.metadata?.namespace ?? '']
  if (!everywhere && !own.includes(other.metadata?.namespace ?? '')) return false
  const label = (pod: Pod, key: string) => pod.metadata?.labels?.[key]
  return (
    matchesLabelSelector(term.labelSelector, other.metadata?.labels) &&
    (term.matchLabelKeys ?? []).every((key) => label(of, key) === label(other, key)) &&
    (term.mismatchLabelKeys ?? []).every((key) => label(of, key) !== label(other, key))
  )
}

/** Required pod affinity: a pod of the term in the same domain, or, for the first of its own kind, anywhere. */
export const podAffinityFault = (pod: Pod, state: NodeState, all: readonly NodeState[]): string | undefined => {
  for (const term of pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const domain = domainOf(state, term.topologyKey)
    const fault = "node(s) didn't match pod affinity rules"
    if (domain === undefined) return fault
    const matching = all.filter((other) => other.pods.some((one) => isPodActive(one) && termMatches(term, pod, one)))
    if (matching.some((other) => domainOf(other, term.topologyKey) === domain)) continue
    if (matching.length === 0 && termMatches(term, pod, pod)) continue
    return fault
  }
  return undefined
}

/** Required anti-affinity, the pod's own and that of the pods that are there. */
export const antiAffinityFault = (pod: Pod, state: NodeState, all: readonly NodeState[]): string | undefined => {
  const termsOf = (one: Pod) =>
    one.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  for (const other of all)
    for (const one of other.pods) {
      if (!isPodActive(one)) continue
      const meets = (term: PodAffinityTerm) => {
        const domain = domainOf(state, term.topologyKey)
        return domain !== undefined && domain === domainOf(other, term.topologyKey)
      }
      if (termsOf(pod).some((term) => meets(term) && termMatches(term, pod, one)))
        return "node(s) didn't match pod anti-affinity rules"
      if (termsOf(one).some((term) => meets(term) && termMatches(term, one, pod)))
        return "node(s) didn't satisfy existing pods anti-affinity rules"
    }
  return undefined
}
