import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { type Matrix, type MatrixCell, nameOfGroup, type PodGroup } from '#explain/trace/policies/matrix.ts'
import { isReady } from '#objects/conditions.ts'
import { podAddresses } from '#objects/pod.ts'

/** Who begins a connection of a matrix, and where. */
interface PlannedProbe {
  readonly cell: MatrixCell
  readonly sender?: Pod | undefined
  readonly address?: string | undefined
  /** No pod of one of the ends is at another node than this one, which is lost. */
  readonly lost?: string
}

/** Nodes whose silence tells nothing: those that were stopped or paused, whatever the API knows of it yet, and those not Ready. */
export const lostNodes = (plan: ClusterConfig['nodes'], nodes: readonly Node[]): ReadonlySet<string> =>
  new Set([
    ...plan.filter(({ state }) => state !== undefined).map(({ name }) => name),
    ...nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata?.name ?? ''),
  ])

/** Of each group a pod whose node is there; of a group with itself two. */
export const planProbes = (
  { groups, cells, family }: Matrix,
  pods: readonly Pod[],
  lost: ReadonlySet<string>,
): readonly PlannedProbe[] => {
  const byName = new Map(pods.map((pod) => [`${pod.metadata?.namespace}/${pod.metadata?.name}`, pod]))
  const podsOf = new Map(groups.map((group) => [nameOfGroup(group), podsIn(byName, group)]))
  const isThere = ({ spec }: Pod): boolean => !lost.has(spec?.nodeName ?? '')
  return cells.map((cell) => {
    const [from = [], to = []] = [podsOf.get(cell.from), podsOf.get(cell.to)]
    const sender = from.find(isThere)
    const others = to.length > 1 ? to.filter((pod) => pod !== sender) : to
    const receiver = others.find(isThere)
    const [gone] = sender === undefined ? from : receiver === undefined ? others : []
    if (gone !== undefined) return { cell, lost: gone.spec?.nodeName ?? '' }
    const address = receiver && podAddresses(receiver).find((one) => one.includes(':') === (family === 'IPv6'))
    return { cell, sender, address }
  })
}

const podsIn = (byName: ReadonlyMap<string, Pod>, { namespace, pods }: PodGroup): readonly Pod[] =>
  pods.flatMap((name) => byName.get(`${namespace}/${name}`) ?? [])
