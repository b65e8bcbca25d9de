import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodAffinityTerm } from '#api/core/pod/spec/affinity.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { Labels } from '#objects/object.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import { isActive, isTerminal } from '#objects/pod.ts'
import { own } from '#schema/own.ts'
import { type Amounts, amountsOf, podRequests, sumOf } from './requests.ts'
import type { VolumeState } from './volumes/volume-state.ts'

/** A node and what stands on it: bound pods that have not ended. Amounts are in thousandths. */
export interface NodeState {
  readonly node: Node
  readonly pods: readonly Pod[]
  /** Those of them that are kept apart from others: few, so that who asks need not look at all. */
  readonly apart: readonly Pod[]
  /** How many of them, of those that are not ending, an owner has: by its uid. */
  readonly owned: ReadonlyMap<string, number>
  readonly allocatable: Amounts
  readonly requested: Amounts
}

/** The labels of a namespace, for terms that choose namespaces by them; undefined for one that is not there. */
export type NamespaceLabels = (namespace: string) => Labels | undefined

/** What a placement is decided from. */
export interface ClusterState {
  readonly nodes: readonly NodeState[]
  readonly namespaceLabels: NamespaceLabels
  /** Absent: not known, and claims keep no pod from anywhere. */
  readonly volumes?: VolumeState
}

/** The terms of a pod's required anti-affinity. */
export const keptApartBy = ({ spec }: Pod): readonly PodAffinityTerm[] =>
  spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []

const ownedOf = (pods: readonly Pod[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const pod of pods) {
    const owner = isActive(pod) ? controllerOf(pod)?.uid : undefined
    if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1)
  }
  return counts
}

/** A node with the pods that hold something of it, and what they ask for together. */
const nodeState = (node: Node, bound: readonly Pod[]): NodeState => {
  const pods = bound.filter((pod) => !isTerminal(pod))
  return {
    node,
    pods,
    apart: pods.filter((pod) => keptApartBy(pod).length > 0),
    owned: ownedOf(pods),
    allocatable: amountsOf(node.status?.allocatable ?? node.status?.capacity),
    requested: sumOf(pods.map(podRequests)),
  }
}

/** The same node with other pods on it. */
export const withPods = ({ node }: NodeState, pods: readonly Pod[]): NodeState => nodeState(node, pods)

type MakeClusterState = (
  nodes: readonly Node[],
  podsOn: (node: string) => readonly Pod[],
  namespaceLabels: NamespaceLabels,
  volumes?: VolumeState,
) => ClusterState

const clusterStateBy =
  (stateOf: typeof nodeState): MakeClusterState =>
  (nodes, podsOn, namespaceLabels, volumes) => ({
    nodes: nodes.filter((node) => !isLeaving(node)).map((node) => stateOf(node, podsOn(node.metadata?.name ?? ''))),
    namespaceLabels,
    ...(volumes && { volumes }),
  })

/** `podsOn`: those bound to a node, by its name. A node that is being deleted takes nothing more. */
export const clusterState: MakeClusterState = clusterStateBy(nodeState)

/**
 * The same for who asks for each of many pods: a node whose object is the same, with the same objects of pods on it, is not
 * looked through again.
 */
export const clusterStates = (): MakeClusterState => {
  const known = new WeakMap<Node, { readonly bound: readonly Pod[]; readonly state: NodeState }>()
  return clusterStateBy((node, bound) => {
    const last = known.get(node)
    if (last?.bound.length === bound.length && bound.every((pod, index) => pod === last.bound[index])) return last.state
    const state = nodeState(node, bound)
    known.set(node, { bound, state })
    return state
  })
}

/** The topology domain of a node: its value of the label `key`; undefined for one that has none. */
export const domainOf = ({ node }: NodeState, key: string): string | undefined => own(node.metadata?.labels, key)
