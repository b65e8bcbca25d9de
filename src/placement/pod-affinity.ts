import type { Pod } from '#api/core/pod/message.ts'
import type { PodAffinityTerm } from '#api/core/pod/spec/affinity.ts'
import { selects } from '#objects/label-selector.ts'
import { keyOf } from '#objects/object-key.ts'
import { isActive } from '#objects/pod.ts'
import { own } from '#schema/own.ts'
import { type ClusterState, domainOf, keptApartBy, type NamespaceLabels, type NodeState } from './cluster-state.ts'
import type { Obstacle } from './obstacle.ts'

/**
 * A required term of a pod that is there counts as this much of a preference for those that it asks for:
 * kube-scheduler's hardPodAffinityWeight.
 */
const REQUIRED_WEIGHT = 1

/**
 * `namespaces` and those that the selector matches, together; with neither, the pod's own. The empty selector matches
 * all.
 */
const inNamespaces = (term: PodAffinityTerm, of: Pod, other: Pod, labelsOf: NamespaceLabels): boolean => {
  const namespace = other.metadata?.namespace as string
  const named = term.namespaces ?? []
  if (named.length === 0 && term.namespaceSelector === undefined) return namespace === of.metadata?.namespace
  return named.includes(namespace) || selects(term.namespaceSelector, labelsOf(namespace))
}

/** Whether `other` is a pod that this term of `of` speaks of. */
const termMatches = (term: PodAffinityTerm, of: Pod, other: Pod, labelsOf: NamespaceLabels): boolean => {
  const label = (pod: Pod, key: string) => own(pod.metadata?.labels, key)
  return (
    inNamespaces(term, of, other, labelsOf) &&
    selects(term.labelSelector, other.metadata?.labels) &&
    (term.matchLabelKeys ?? []).every((key) => label(of, key) === label(other, key)) &&
    (term.mismatchLabelKeys ?? []).every((key) => label(of, key) !== label(other, key))
  )
}

/** Required pod affinity: a pod of the term in the same domain, or, for the first of its own kind, anywhere. */
export const podAffinityFault = (pod: Pod, state: NodeState, cluster: ClusterState): Obstacle | undefined => {
  const { nodes, namespaceLabels } = cluster
  for (const term of pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const { topologyKey } = term
    const domain = domainOf(state, topologyKey)
    if (domain === undefined) return { code: 'pod-affinity', topologyKey }
    const matching = nodes.filter(({ pods }) =>
      pods.some((one) => isActive(one) && termMatches(term, pod, one, namespaceLabels)),
    )
    if (matching.some((other) => domainOf(other, topologyKey) === domain)) continue
    if (matching.length === 0 && termMatches(term, pod, pod, namespaceLabels)) continue
    return { code: 'pod-affinity', topologyKey }
  }
  return undefined
}

/** Those pods of each node that `podsOf` names, with the terms of `termsOf` by which their node is in one domain with `state`. */
function* met(
  state: NodeState,
  { nodes }: ClusterState,
  podsOf: (other: NodeState) => readonly Pod[],
  termsOf: (one: Pod) => readonly PodAffinityTerm[],
): Generator<{ readonly one: Pod; readonly term: PodAffinityTerm }> {
  for (const other of nodes)
    for (const one of podsOf(other)) {
      if (!isActive(one)) continue
      for (const term of termsOf(one)) {
        const domain = domainOf(state, term.topologyKey)
        if (domain !== undefined && domain === domainOf(other, term.topologyKey)) yield { one, term }
      }
    }
}

/** Required anti-affinity: the pod's own first, then that of the pods that are there. */
export const antiAffinityFault = (pod: Pod, state: NodeState, cluster: ClusterState): Obstacle | undefined => {
  const { namespaceLabels } = cluster
  const own = keptApartBy(pod)
  for (const { one, term } of met(
    state,
    cluster,
    ({ pods }) => (own.length === 0 ? [] : pods),
    () => own,
  ))
    if (termMatches(term, pod, one, namespaceLabels))
      return { code: 'pod-anti-affinity', topologyKey: term.topologyKey, other: keyOf(one) }
  for (const { one, term } of met(state, cluster, ({ apart }) => apart, keptApartBy))
    if (termMatches(term, one, pod, namespaceLabels))
      return { code: 'existing-pod-anti-affinity', topologyKey: term.topologyKey, other: keyOf(one) }
  return undefined
}

interface Preference {
  readonly weight: number
  readonly term: PodAffinityTerm
}

/** What the pod would rather be near (positive) and far from (negative). */
const preferencesOf = ({ spec }: Pod): readonly Preference[] => {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  return [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      weight,
      term: podAffinityTerm,
    })),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      weight: -weight,
      term: podAffinityTerm,
    })),
  ]
}

/**
 * Preferred pod affinity and anti-affinity, the pod's own and that of the pods that are there, as a function of the
 * node: the weights of the terms that a pod in the node's domain meets. Larger is better.
 */
export const podAffinityScore = (
  pod: Pod,
  { nodes, namespaceLabels }: ClusterState,
): ((state: NodeState) => number) => {
  const own = preferencesOf(pod)
  /** By topology key, then domain. */
  const weights = new Map<string, Map<string, number>>()
  const add = ({ weight, term }: Preference, state: NodeState): void => {
    const domain = domainOf(state, term.topologyKey)
    if (domain === undefined) return
    const domains = weights.get(term.topologyKey) ?? new Map<string, number>()
    weights.set(term.topologyKey, domains.set(domain, (domains.get(domain) ?? 0) + weight))
  }
  for (const state of nodes)
    for (const one of state.pods) {
      if ((own.length === 0 && one.spec?.affinity === undefined) || !isActive(one)) continue
      for (const preference of own) if (termMatches(preference.term, pod, one, namespaceLabels)) add(preference, state)
      const required = one.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
      const theirs = [...preferencesOf(one), ...required.map((term) => ({ weight: REQUIRED_WEIGHT, term }))]
      for (const preference of theirs)
        if (termMatches(preference.term, one, pod, namespaceLabels)) add(preference, state)
    }
  return (state) => {
    let score = 0
    for (const [key, domains] of weights) score += domains.get(domainOf(state, key) as string) ?? 0
    return score
  }
}
