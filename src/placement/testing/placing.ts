import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { clusterState, type NamespaceLabels, type NodeState } from '../cluster-state.ts'
import { unschedulableText } from '../event-text.ts'
import { type Placement, place } from '../placement.ts'

/** A node with room for many, and the pods that stand on it. */
export const nodeWith = (name: string, pods: readonly Pod[] = [], more: Partial<Node> = {}): NodeState => {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    ...more,
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...more.metadata?.labels } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, ...more.status },
  }
  const [state] = clusterState(
    [node],
    () => pods,
    () => undefined,
  ).nodes
  return state!
}

type Told = Exclude<Placement, { kind: 'unschedulable' }> | { readonly kind: 'unschedulable'; readonly message: string }

/** place(), with the Event's words where no node takes the pod. */
export const placeOn = (
  pod: Pod,
  nodes: readonly NodeState[],
  pick: number,
  namespaceLabels: NamespaceLabels = () => undefined,
): Told => {
  const placement = place(pod, { nodes, namespaceLabels }, pick)
  return placement.kind === 'unschedulable'
    ? { kind: 'unschedulable', message: unschedulableText(placement.refused) }
    : placement
}
