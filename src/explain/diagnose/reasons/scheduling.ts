import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { isTerminal } from '#objects/pod.ts'
import { milliValue } from '#schema/quantity.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import type { Cure } from '../../trace/cure.ts'
import { listed } from '../../words/text.ts'
import { patch, run, where } from '../cure.ts'

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number]
type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number]

/** What keeps a pod from every node: what would mend it, and the data that a person needs where no command can know. */
export interface Scheduling {
  readonly cures: readonly Cure[]
  readonly details: readonly string[]
}

/** Written by controllers as the node's state changes: nobody takes them away by hand. */
const OF_CONTROLLERS = /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//

/**
 * Why the scheduler finds no node, first reason first: labels, a cordon, a taint, resources. `owner`: what makes the
 * pod, if it may be changed.
 */
export function scheduling(facts: ClusterFacts, pod: Pod, owner: Deployment | undefined): Scheduling {
  const { nodeSelector = {} } = pod.spec ?? {}
  const wanted = Object.entries(nodeSelector)
  const fits = (node: Node) => wanted.every(([key, value]) => node.metadata?.labels?.[key] === value)
  if (wanted.length > 0 && !facts.nodes.some(fits)) return labels(facts, pod, wanted)
  const fitting = facts.nodes.filter(fits)
  const open = fitting.filter((node) => !node.spec?.unschedulable)
  if (fitting.length > 0 && open.length === 0)
    return {
      details: [],
      cures: [run('let the node take pods again', 'kubectl', 'uncordon', fitting[0]?.metadata?.name ?? '')],
    }
  const free = open.filter((node) => tainted(pod, node) === undefined)
  if (open.length > 0 && free.length === 0) return taints(pod, open, owner)
  return resources(facts, pod, free, owner)
}

function labels(facts: ClusterFacts, pod: Pod, wanted: readonly (readonly [string, string])[]): Scheduling {
  const matching = (node: Node) => wanted.filter(([key, value]) => node.metadata?.labels?.[key] === value).length
  const open = facts.nodes.filter((node) => !node.spec?.unschedulable)
  const closed = (node: Node) => Number(tainted(pod, node) !== undefined)
  const [most] = [...open].sort((a, b) => closed(a) - closed(b) || matching(b) - matching(a))
  if (most === undefined) return { cures: [], details: [] }
  const missing = wanted.filter(([key, value]) => most.metadata?.labels?.[key] !== value).map((one) => one.join('='))
  const effect = `give a node the labels that its nodeSelector wants: ${listed(missing)}`
  return {
    details: [],
    cures: [run(effect, 'kubectl', 'label', 'node', most.metadata?.name ?? '', ...missing, '--overwrite')],
  }
}

const tolerates = (pod: Pod, taint: Taint): boolean =>
  (pod.spec?.tolerations ?? []).some(
    ({ key, operator, value, effect }: Toleration) =>
      (!effect || effect === taint.effect) &&
      (!key
        ? operator === 'Exists'
        : key === taint.key && (operator === 'Exists' || (value ?? '') === (taint.value ?? ''))),
  )

const tainted = (pod: Pod, { spec }: Node): Taint | undefined =>
  (spec?.taints ?? []).find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod, taint))

const taintText = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`

function taints(pod: Pod, nodes: readonly Node[], owner: Deployment | undefined): Scheduling {
  const details = nodes
    .slice(0, 5)
    .map((node) => `${keyOf(node)} has the taint ${taintText(tainted(pod, node) as Taint)}`)
  const byHand = nodes.filter((node) => !OF_CONTROLLERS.test(tainted(pod, node)?.key ?? ''))
  const [node] = byHand
  const taint = node && tainted(pod, node)
  if (node === undefined || taint === undefined)
    return { cures: [], details: [...details, 'a controller wrote it: it goes when the node recovers'] }
  const toleration = { key: taint.key, operator: 'Exists', effect: taint.effect }
  const cures: Cure[] = []
  if (owner !== undefined)
    cures.push(
      patch(`let the pods tolerate ${taintText(taint)}`, 'deployment', owner, {
        spec: { template: { spec: { tolerations: [...(pod.spec?.tolerations ?? []), toleration] } } },
      }),
    )
  const effect = `${owner ? 'or ' : ''}take the taint from ${keyOf(node)}`
  cures.push(run(effect, 'kubectl', 'taint', 'node', keyOf(node), `${taint.key}:${taint.effect}-`))
  return { cures, details }
}

const requestOf = ({ spec }: Pod, resource: string): number =>
  (spec?.containers ?? []).reduce((sum, { resources }) => sum + milliValue(resources?.requests?.[resource] ?? '0'), 0)

/** `1500m` of cpu, `768Mi` of memory, rounded down. */
const amountText = (resource: string, milli: number): string =>
  resource === 'cpu' ? `${Math.floor(milli)}m` : `${Math.floor(milli / 1000 / 2 ** 20)}Mi`

function resources(facts: ClusterFacts, pod: Pod, nodes: readonly Node[], owner: Deployment | undefined): Scheduling {
  const details: string[] = []
  const cures: Cure[] = []
  for (const resource of ['cpu', 'memory']) {
    const asked = requestOf(pod, resource)
    if (asked === 0) continue
    const room = nodes
      .map((node) => ({ node, free: freeOf(facts, node, resource) }))
      .sort((left, right) => right.free - left.free)
    const [most] = room
    if (most === undefined || most.free >= asked) continue
    details.push(
      `it asks for ${amountText(resource, asked)} of ${resource}; free: ${listed(room.slice(0, 5).map(({ node, free }) => `${amountText(resource, free)} on ${keyOf(node)}`))}`,
    )
    const using = pod.spec?.containers?.filter((one) => one.resources?.requests?.[resource]) ?? []
    const [only] = using
    if (owner === undefined || using.length !== 1 || only === undefined || most.free <= 0) continue
    const value = amountText(resource, most.free)
    cures.push(
      run(
        `ask for what ${keyOf(most.node)} has`,
        ...['kubectl', 'set', 'resources', `deployment/${owner.metadata?.name}`, ...where(owner.metadata?.namespace)],
        ...['-c', only.name, `--requests=${resource}=${value}`],
      ),
    )
  }
  return { cures, details }
}

const freeOf = (facts: ClusterFacts, { metadata, status }: Node, resource: string): number => {
  const here = facts.pods.filter((one) => one.spec?.nodeName === metadata?.name && !isTerminal(one))
  const has = milliValue((status?.allocatable ?? status?.capacity)?.[resource] ?? '0')
  return here.reduce((free, one) => free - requestOf(one, resource), has)
}
