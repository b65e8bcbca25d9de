import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isReady } from '#objects/conditions.ts'
import { isPodAvailable } from '../values/availability.ts'
import { scaledValue } from '../values/percent.ts'
import { fitOf } from './desired-node.ts'
import { byNode, isUpdated } from './desired-pod.ts'
import { rollOn } from './desired-rollout.ts'
import type { DaemonSetView } from './desired-view.ts'

/** At most so many pods are made, and so many deleted, in one look (Kubernetes' burst). */
const BURST = 250

export interface Departure {
  readonly pod: Pod
  /** It ended by itself, on this node, and is told of. */
  readonly ended?: string
}

interface DaemonSetPlan {
  /** Names of the nodes that get a pod. */
  readonly create: readonly string[]
  readonly delete: readonly Departure[]
  /** Milliseconds until a failed pod is looked at again. */
  readonly dueIn: number | undefined
}

/** Whether a node may have an old and a new pod for a while. */
const allowsSurge = ({ spec }: DaemonSet): boolean =>
  spec?.updateStrategy?.type === 'RollingUpdate' &&
  scaledValue(spec.updateStrategy.rollingUpdate?.maxSurge, 1, true) > 0

/**
 * What one look at a DaemonSet, its nodes and its pods leads to: each node has its one pod; and when all have it that
 * should, an update is rolled on by a step.
 */
export const planDaemonSet = (view: DaemonSetView): DaemonSetPlan => {
  const { set, nodes, pods } = view
  const on = byNode(pods)
  const create: string[] = []
  const doomed: Departure[] = []
  const waits: number[] = []
  for (const node of nodes) {
    const one = planNode(view, node, on.get(node.metadata?.name ?? ''))
    if (one.creates) create.push(node.metadata!.name!)
    doomed.push(...one.delete)
    if (one.wait !== undefined) waits.push(one.wait)
  }
  // No scheduler ever puts them anywhere, and no kubelet ever ends them.
  const names = new Set(nodes.map(({ metadata }) => metadata?.name))
  for (const [node, there] of on)
    if (!names.has(node))
      doomed.push(...there.filter((pod) => !pod.spec?.nodeName && !view.isGoing(pod)).map((pod) => ({ pod })))
  const dueIn = waits.length > 0 ? Math.min(...waits) : undefined
  const isStill = create.length === 0 && doomed.length === 0
  if (isStill && set.spec?.updateStrategy?.type === 'RollingUpdate') {
    const roll = rollOn(view, on)
    return {
      create: roll.create.slice(0, BURST),
      delete: roll.delete.slice(0, BURST).map((pod) => ({ pod })),
      dueIn,
    }
  }
  return { create: create.slice(0, BURST), delete: doomed.slice(0, BURST), dueIn }
}

interface NodePlan {
  readonly creates: boolean
  readonly delete: readonly Departure[]
  readonly wait?: number
}

const planNode = (view: DaemonSetView, node: Node, there: readonly Pod[] | undefined): NodePlan => {
  const { set, isGoing, patience } = view
  const name = node.metadata!.name!
  const { runs, stays } = fitOf(set, node)
  if (!there) return { creates: runs, delete: [] }
  const staying = there.filter((pod) => !isGoing(pod))
  if (!stays) return { creates: false, delete: staying.map((pod) => ({ pod })) }
  const ended = staying.filter(({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded')
  const wait = ended.some(({ status }) => status?.phase === 'Failed') ? patience(name) : 0
  const gone = ended.filter(({ status }) => status?.phase === 'Succeeded' || wait === 0)
  const running = staying.filter((pod) => !ended.includes(pod))
  return {
    // With a surge a node is not left without a pod while one goes.
    creates: allowsSurge(set) && runs && running.length === 0,
    delete: [
      ...gone.map((pod) => ({ pod, ended: name })),
      ...(allowsSurge(set) ? surplusOfTwo(view, running) : running.slice(1)).map((pod) => ({ pod })),
    ],
    ...(wait > 0 ? { wait } : {}),
  }
}

/** Of a node's pods an old one and a new one may stay, until the new one is available or the old one is no more. */
const surplusOfTwo = ({ set, hash, now }: DaemonSetView, running: readonly Pod[]): readonly Pod[] => {
  if (running.length <= 1) return []
  const fresh = running.find((pod) => isUpdated(set, pod, hash))
  const old = running.find((pod) => !isUpdated(set, pod, hash))
  const others = running.filter((pod) => pod !== fresh && pod !== old)
  if (!fresh || !old) return others
  const isOver = !isReady(old) || isPodAvailable(fresh, set.spec?.minReadySeconds ?? 0, now)
  return isOver ? [...others, old] : others
}
