import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ClusterState, type NodeState, withPods } from './cluster-state.ts'
import { refusalsOf } from './filters.ts'
import type { Obstacle, RefusingNode } from './obstacle.ts'
import { podRequests } from './requests.ts'

/** What a pod that no node takes may take from others. */
type Preemption =
  /** A node, by name, and the pods that have to leave it. */
  | { readonly kind: 'node'; readonly name: string; readonly victims: readonly Pod[] }
  /** `why`: in Kubernetes' words, as they stand in the Event. `isWaiting`: others are leaving for it already. */
  | { readonly kind: 'none'; readonly why: string; readonly isWaiting?: boolean }

/** Those, of these pods in their order, whom budgets would keep if all were sent away. */
export type Guarded = (pods: readonly Pod[]) => readonly Pod[]

/** The greater, the more important. */
export const priorityOf = ({ spec }: Pod): number => spec?.priority ?? 0
const startOf = ({ status, metadata }: Pod): string => status?.startTime ?? metadata?.creationTimestamp ?? ''

/** What stays whoever leaves. */
const isForGood = (obstacle: Obstacle, pod: Pod, { allocatable }: NodeState): boolean => {
  switch (obstacle.code) {
    case 'host-port-taken':
    case 'too-many-pods':
    case 'spread':
    case 'pod-anti-affinity':
    case 'existing-pod-anti-affinity':
    case 'claim-taken':
      return false
    case 'insufficient':
      return (podRequests(pod).get(obstacle.resource) ?? 0) > (allocatable.get(obstacle.resource) ?? 0)
    default:
      return true
  }
}

/** The most important first; of those alike, who has run longest. */
const byImportance = (a: Pod, b: Pod): number =>
  priorityOf(b) - priorityOf(a) || (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0)

interface Candidate {
  readonly name: string
  readonly victims: readonly Pod[]
  /** How many of them a budget would keep. */
  readonly protectedOnes: number
}

/** The fewest that have to leave so that the pod fits; undefined where it does not even if all do. */
const candidateOn = (pod: Pod, state: NodeState, cluster: ClusterState, guardedOf: Guarded): Candidate | undefined => {
  const fitsWith = (pods: readonly Pod[]): boolean => {
    const next = withPods(state, pods)
    const nodes = cluster.nodes.map((one) => (one === state ? next : one))
    return refusalsOf(pod, next, { ...cluster, nodes }).length === 0
  }
  const less = state.pods.filter((other) => priorityOf(other) < priorityOf(pod))
  if (less.length === 0) return undefined
  let kept = state.pods.filter((other) => !less.includes(other))
  if (!fitsWith(kept)) return undefined
  const victims: Pod[] = []
  less.sort(byImportance)
  const guarded = guardedOf(less)
  // Those that a budget keeps are spared first, then the important ones.
  for (const other of [...guarded, ...less.filter((one) => !guarded.includes(one))])
    if (fitsWith([...kept, other])) kept = [...kept, other]
    else victims.push(other)
  return {
    name: state.node.metadata?.name ?? '',
    victims: victims.sort(byImportance),
    protectedOnes: victims.filter((one) => guarded.includes(one)).length,
  }
}

/** The least harm, in kube-scheduler's order of what counts. */
const harmOf = ({ victims, protectedOnes }: Candidate): readonly (number | string)[] => [
  protectedOnes,
  priorityOf(victims[0]!),
  // So that many of no importance count for more than few.
  victims.reduce((sum, one) => sum + priorityOf(one) + 2 ** 31, 0),
  victims.length,
]

const lessHarm = (a: Candidate, b: Candidate): number => {
  const [one, other] = [harmOf(a), harmOf(b)]
  const at = one.findIndex((value, index) => value !== other[index])
  if (at >= 0) return one[at]! < other[at]! ? -1 : 1
  // Of those alike, who has not run long loses least.
  const [mine, theirs] = [startOf(a.victims[0]!), startOf(b.victims[0]!)]
  return mine > theirs ? -1 : mine < theirs ? 1 : 0
}

const NO_HELP = 'Preemption is not helpful for scheduling'
const NO_VICTIMS = 'No preemption victims found for incoming pod'

/** Whom the pod may send away, where no node takes it as they are; `refused` is what each of them says. */
export const preemptionOf = (
  pod: Pod,
  refused: readonly RefusingNode[],
  cluster: ClusterState,
  guardedOf: Guarded = () => [],
): Preemption => {
  if (pod.spec?.preemptionPolicy === 'Never')
    return { kind: 'none', why: 'not eligible due to preemptionPolicy=Never.' }
  const states = new Map(cluster.nodes.map((state) => [state.node.metadata?.name ?? '', state]))
  const nominated = states.get(pod.status?.nominatedNodeName ?? '')
  const isWaiting = nominated?.pods.some((other) => isLeaving(other) && priorityOf(other) < priorityOf(pod))
  if (isWaiting) return { kind: 'none', why: 'not eligible due to a terminating pod on the nominated node.', isWaiting }
  const candidates: Candidate[] = []
  const counts = new Map<string, number>()
  for (const { node, obstacles } of refused) {
    const state = states.get(node)!
    const isLost = obstacles.some((obstacle) => isForGood(obstacle, pod, state))
    const candidate = isLost ? undefined : candidateOn(pod, state, cluster, guardedOf)
    if (candidate !== undefined && candidate.victims.length > 0) candidates.push(candidate)
    else {
      const text = isLost ? NO_HELP : NO_VICTIMS
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
  }
  const [best] = candidates.sort(lessHarm)
  if (best !== undefined) return { kind: 'node', name: best.name, victims: best.victims }
  const told = [...counts].map(([text, count]) => `${count} ${text}`).sort()
  return { kind: 'none', why: `0/${refused.length} nodes are available: ${told.join(', ')}.` }
}
