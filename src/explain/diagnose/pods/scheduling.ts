import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { obstaclesOf } from '#placement/filters.ts'
import type { Obstacle, RefusingNode } from '#placement/obstacle.ts'
import { amountText } from '#placement/requests.ts'
import { milliValue } from '#schema/quantity.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { placingState } from '../../cluster/unplaced.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Unplaced } from '../../trace/trouble.ts'
import { or, patch, run, where } from '../cure.ts'

/** What keeps a pod from every node, and what would mend it. */
interface Scheduling {
  readonly nearest: readonly RefusingNode[]
  readonly taintsOfControllers: boolean
  readonly cures: readonly Cure[]
}

/** Written by controllers as the node's state changes: nobody takes them away by hand. */
const OF_CONTROLLERS = /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//

type Of<C extends Obstacle['code']> = Extract<Obstacle, { readonly code: C }>

const find = <C extends Obstacle['code']>({ obstacles }: RefusingNode, code: C): Of<C> | undefined =>
  obstacles.find((one): one is Of<C> => one.code === code)

/**
 * How far a node is from taking the pod. Which nodes are meant at all is said by labels; then it must be open, then
 * without a taint; what is left may be got by asking for less, or by waiting.
 */
function stageOf({ obstacles }: RefusingNode): number {
  const codes = new Set(obstacles.map(({ code }) => code))
  if (codes.has('node-selector') || codes.has('node-affinity')) return 0
  if (codes.has('unschedulable')) return 1
  return codes.has('untolerated-taint') ? 2 : 3
}

const missingLabels = (node: RefusingNode): number => Object.keys(find(node, 'node-selector')?.missing ?? {}).length

const shortage = (node: RefusingNode): number =>
  node.obstacles.reduce((sum, one) => sum + (one.code === 'insufficient' ? (one.asked - one.free) / one.asked : 0), 0)

/** The nodes that come farthest, those with least to change first. */
function nearestNodes(facts: ClusterFacts, pod: Pod): readonly RefusingNode[] {
  const cluster = placingState(facts)
  const all = cluster.nodes.map(
    (state): RefusingNode => ({
      node: state.node.metadata?.name ?? '',
      obstacles: obstaclesOf(pod, state, cluster),
    }),
  )
  const farthest = Math.max(...all.map(stageOf))
  return all
    .filter((node) => stageOf(node) === farthest)
    .sort(
      (a, b) =>
        a.obstacles.length - b.obstacles.length || missingLabels(a) - missingLabels(b) || shortage(a) - shortage(b),
    )
}

/**
 * `owner`: what makes the pod, if it may be changed. A pod that is held back otherwise gains nothing by what nodes are.
 */
export function scheduling(facts: ClusterFacts, pod: Pod, why: Unplaced, owner: Deployment | undefined): Scheduling {
  const nearest = why.code === 'unschedulable' ? nearestNodes(facts, pod) : []
  const [first] = nearest
  const none = { nearest, taintsOfControllers: false, cures: [] }
  if (first === undefined) return none
  switch (stageOf(first)) {
    case 0: {
      const missing = find(first, 'node-selector')?.missing
      return missing === undefined ? none : { ...none, cures: [labelNode(first.node, missing)] }
    }
    case 1:
      return { ...none, cures: [run({ code: 'uncordon' }, 'kubectl', 'uncordon', first.node)] }
    case 2: {
      const cures = taintCures(pod, nearest, owner)
      return { nearest, taintsOfControllers: cures.length === 0, cures }
    }
    default:
      return { ...none, cures: owner === undefined ? [] : requestCures(pod, first, owner) }
  }
}

const labelNode = (node: string, missing: Readonly<Record<string, string>>): Cure =>
  run(
    { code: 'label-node', missing },
    ...['kubectl', 'label', 'node', node, ...Object.entries(missing).map((pair) => pair.join('=')), '--overwrite'],
  )

function taintCures(pod: Pod, nodes: readonly RefusingNode[], owner: Deployment | undefined): readonly Cure[] {
  for (const node of nodes) {
    const taint = find(node, 'untolerated-taint')?.taint
    if (taint === undefined || OF_CONTROLLERS.test(taint.key)) continue
    const { key, effect } = taint
    const tolerations = [...(pod.spec?.tolerations ?? []), { key, operator: 'Exists', effect }]
    const tolerate = (deployment: Deployment) =>
      patch({ code: 'tolerate', taint }, 'deployment', deployment, { spec: { template: { spec: { tolerations } } } })
    const remove = run(
      { code: 'remove-taint', node: node.node },
      ...['kubectl', 'taint', 'node', node.node, `${key}:${effect}-`],
    )
    return [...(owner === undefined ? [] : [tolerate(owner)]), owner === undefined ? remove : or(remove)]
  }
  return []
}

/** The request lowered to what the node has, where one container alone asks for it. */
function requestCures(pod: Pod, { node, obstacles }: RefusingNode, owner: Deployment): readonly Cure[] {
  return obstacles.flatMap((one) => {
    if (one.code !== 'insufficient' || one.free <= 0 || !['cpu', 'memory'].includes(one.resource)) return []
    const { resource, asked, free } = one
    const using = (pod.spec?.containers ?? []).filter(({ resources }) => resources?.requests?.[resource])
    const [only] = using
    if (only === undefined || using.length > 1 || milliValue(only.resources?.requests?.[resource] ?? '0') !== asked)
      return []
    const { name = '', namespace } = owner.metadata ?? {}
    return run(
      { code: 'lower-request', node },
      ...['kubectl', 'set', 'resources', `deployment/${name}`, ...where(namespace)],
      ...['-c', only.name, `--requests=${resource}=${amountText(resource, free)}`],
    )
  })
}
