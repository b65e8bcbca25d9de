import type { Pod } from '#api/core/pod/message.ts'
import type { PodAffinityTerm } from '#api/core/pod/spec/affinity.ts'
import { selects } from '#objects/label-selector.ts'
import { isActive } from '#objects/pod.ts'
import { own } from '#schema/own.ts'
import type { NodeState } from './desired-resources.ts'
import { domainOf } from './desired-topology.ts'

/** The labels of a namespace, for terms that choose namespaces by them. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined

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
  const namespace = other.metadata?.namespace ?? ''
  const named = term.namespaces ?? []
  if (named.length === 0 && term.namespaceSelector === undefined) return namespace === (of.metadata?.namespace ?? '')
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
export const podAffinityFault = (
  pod: Pod,
  state: NodeState,
  all: readonly NodeState[],
  labelsOf: NamespaceLabels,
): string | undefined => {
  for (const term of pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const domain = domainOf(state, term.topologyKey)
    const fault = "node(s) didn't match pod affinity rules"
    if (domain === undefined) return fault
    const matching = all.filter((other) =>
      other.pods.some((one) => isActive(one) && termMatches(term, pod, one, labelsOf)),
    )
    if (matching.some((other) => domainOf(other, term.topologyKey) === domain)) continue
    if (matching.length === 0 && termMatches(term, pod, pod, labelsOf)) continue
    return fault
  }
  return undefined
}

/** Required anti-affinity, the pod's own and that of the pods that are there. */
export const antiAffinityFault = (
  pod: Pod,
  state: NodeState,
  all: readonly NodeState[],
  labelsOf: NamespaceLabels,
): string | undefined => {
  const termsOf = (one: Pod) =>
    one.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  for (const other of all)
    for (const one of other.pods) {
      if (!isActive(one)) continue
      const meets = (term: PodAffinityTerm) => {
        const domain = domainOf(state, term.topologyKey)
        return domain !== undefined && domain === domainOf(other, term.topologyKey)
      }
      if (termsOf(pod).some((term) => meets(term) && termMatches(term, pod, one, labelsOf)))
        return "node(s) didn't match pod anti-affinity rules"
      if (termsOf(one).some((term) => meets(term) && termMatches(term, one, pod, labelsOf)))
        return "node(s) didn't satisfy existing pods anti-affinity rules"
    }
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
  all: readonly NodeState[],
  labelsOf: NamespaceLabels,
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
  for (const state of all)
    for (const one of state.pods) {
      if ((own.length === 0 && one.spec?.affinity === undefined) || !isActive(one)) continue
      for (const preference of own) if (termMatches(preference.term, pod, one, labelsOf)) add(preference, state)
      const required = one.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
      const theirs = [...preferencesOf(one), ...required.map((term) => ({ weight: REQUIRED_WEIGHT, term }))]
      for (const preference of theirs) if (termMatches(preference.term, one, pod, labelsOf)) add(preference, state)
    }
  return (state) => {
    let score = 0
    for (const [key, domains] of weights) score += domains.get(domainOf(state, key) ?? '') ?? 0
    return score
  }
}
