import type { Node } from '#api/core/node/message.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NodeSelectorRequirement, NodeSelectorTerm } from '#api/core/pod/spec/affinity.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import { type LabelOperator, matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { isActive } from '#objects/pod.ts'
import { UNSCHEDULABLE_TAINT } from '#objects/well-known.ts'
import { own } from '#schema/own.ts'
import { tolerationOf } from '../objects/toleration.ts'
import { antiAffinityFault, type NamespaceLabels, podAffinityFault, podAffinityScore } from './desired-affinity.ts'
import { type NodeState, podRequests, shortOf, takesPorts } from './desired-resources.ts'
import { spreadFault, spreadScore } from './desired-topology.ts'

export type Placement =
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'unschedulable'; readonly message: string }

const tolerates = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean =>
  tolerationOf(tolerations, taint) !== undefined

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

const holds = ({ key, operator, values = [] }: NodeSelectorRequirement, labels: Labels): boolean => {
  const known = own(OPERATORS, operator)
  // A later version's operator, or a bound that is no number: matching nothing is the safe reading.
  if ((known === 'gt' || known === 'lt') && !/^-?\d+$/.test(values[0] ?? '')) return false
  return known !== undefined && matchesLabels([{ key, operator: known, values }], labels)
}

const matchesTerm = (term: NodeSelectorTerm, node: Node): boolean => {
  const { matchExpressions = [], matchFields = [] } = term
  // An empty term matches no node, unlike an empty label selector.
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  const labels = node.metadata?.labels ?? {}
  const fields = { 'metadata.name': node.metadata?.name ?? '' }
  return matchExpressions.every((one) => holds(one, labels)) && matchFields.every((one) => holds(one, fields))
}

/** nodeSelector and required node affinity. */
export const matchesNode = (pod: Pod, node: Node): boolean => {
  const labels = node.metadata?.labels ?? {}
  for (const [key, value] of Object.entries(pod.spec?.nodeSelector ?? {})) if (own(labels, key) !== value) return false
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || (required.nodeSelectorTerms ?? []).some((term) => matchesTerm(term, node))
}

/** Why the pod cannot go there, in Kubernetes' words; several for lack of several resources. */
export const faultsOf = (
  pod: Pod,
  state: NodeState,
  all: readonly NodeState[],
  labelsOf: NamespaceLabels,
): readonly string[] => {
  const { node } = state
  const unschedulable: Taint = { key: UNSCHEDULABLE_TAINT, effect: 'NoSchedule' }
  if (node.spec?.unschedulable && !tolerates(pod.spec?.tolerations, unschedulable))
    return ['node(s) were unschedulable']
  const untolerated = (node.spec?.taints ?? []).find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod.spec?.tolerations, taint),
  )
  if (untolerated) return [`node(s) had untolerated taint {${untolerated.key}: ${untolerated.value ?? ''}}`]
  if (!matchesNode(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"]
  if (takesPorts(pod, state)) return ["node(s) didn't have free ports for the requested pod ports"]
  const short = shortOf(pod, state)
  if (short.length > 0) return short
  const eligible = all.filter((other) => matchesNode(pod, other.node))
  const topology =
    spreadFault(pod, state, eligible) ??
    podAffinityFault(pod, state, all, labelsOf) ??
    antiAffinityFault(pod, state, all, labelsOf)
  return topology ? [topology] : []
}

/**
 * The best node for the pod. Among the possible ones: least skew of its topologySpreadConstraints, preferred node
 * affinity, preferred pod affinity, no PreferNoSchedule taint, fewest pods of the same owner, most free room, fewest
 * pods; a tie goes by `pick` (a number in [0, 1)), so that not always the first node fills up first.
 */
export const place = (
  pod: Pod,
  nodes: readonly NodeState[],
  pick: number,
  labelsOf: NamespaceLabels = () => undefined,
): Placement => {
  if (nodes.length === 0) return { kind: 'unschedulable', message: 'no nodes available to schedule pods' }
  const reasons = new Map<string, number>()
  const possible = nodes.filter((state) => {
    const faults = faultsOf(pod, state, nodes, labelsOf)
    for (const fault of faults) reasons.set(fault, (reasons.get(fault) ?? 0) + 1)
    return faults.length === 0
  })
  if (possible.length === 0) {
    const told = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort()
    return { kind: 'unschedulable', message: `0/${nodes.length} nodes are available: ${told.join(', ')}.` }
  }
  const near = podAffinityScore(pod, nodes, labelsOf)
  const scored = possible.map((state) => ({ state, scores: scoresOf(pod, state, possible, near(state)) }))
  const compare = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((value, i) => value !== b[i])
    return at < 0 ? 0 : a[at]! - b[at]!
  }
  const best = scored.reduce((left, right) => (compare(right.scores, left.scores) < 0 ? right : left))
  const ties = scored.filter(({ scores }) => compare(scores, best.scores) === 0)
  return { kind: 'node', name: ties[Math.floor(pick * ties.length)]!.state.node.metadata!.name! }
}

/** Smaller is better, the first difference decides. */
const scoresOf = (pod: Pod, state: NodeState, all: readonly NodeState[], near: number): readonly number[] => {
  const { node } = state
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const affinity = preferred.reduce(
    (sum, { weight, preference }) => sum + (preference && matchesTerm(preference, node) ? weight : 0),
    0,
  )
  const shunned = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec?.tolerations, taint),
  ).length
  const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller)?.uid
  const siblings = state.pods.filter(
    (other) =>
      isActive(other) &&
      owner !== undefined &&
      other.metadata?.ownerReferences?.some(({ controller, uid }) => controller && uid === owner),
  ).length
  return [
    spreadScore(pod, state, all),
    -affinity,
    -near,
    shunned,
    siblings,
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

/** A spec.nodeName, set by the user, goes around the scheduler; ours are those that wait for us. */
export const isOurs = (pod: Pod): boolean =>
  !pod.spec?.nodeName && (pod.spec?.schedulerName || 'default-scheduler') === 'default-scheduler' && isActive(pod)
