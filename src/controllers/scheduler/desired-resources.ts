import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isTerminal } from '#objects/pod.ts'
import { milliValue } from '#schema/quantity.ts'

export type Amounts = ReadonlyMap<string, number>

/** A node and what stands on it: bound pods that have not ended. Amounts are in thousandths. */
export interface NodeState {
  readonly node: Node
  readonly pods: readonly Pod[]
  readonly allocatable: Amounts
  readonly requested: Amounts
}

interface HostPort {
  readonly protocol: string
  readonly ip: string
  readonly port: number
}

const add = (into: Map<string, number>, more: Amounts): void => {
  for (const [name, amount] of more) into.set(name, (into.get(name) ?? 0) + amount)
}

const amounts = (list: { readonly [name: string]: string } | undefined): Map<string, number> =>
  new Map(Object.entries(list ?? {}).map(([name, value]) => [name, milliValue(value)]))

const greater = (left: Amounts, right: Amounts): Map<string, number> => {
  const out = new Map(left)
  for (const [name, amount] of right) out.set(name, Math.max(amount, out.get(name) ?? 0))
  return out
}

const cache = new WeakMap<Pod, Amounts>()

/**
 * What the pod asks of a node: containers together, or an init container with the sidecars (restartPolicy Always)
 * started before it, whichever is more, and the overhead (KEP-753).
 */
export const podRequests = (pod: Pod): Amounts => {
  const known = cache.get(pod)
  if (known) return known
  const sidecars = new Map<string, number>()
  let first: Map<string, number> = new Map()
  for (const container of pod.spec?.initContainers ?? []) {
    const own = amounts(container.resources?.requests)
    if (container.restartPolicy === 'Always') add(sidecars, own)
    const then = new Map(sidecars)
    if (container.restartPolicy !== 'Always') add(then, own)
    first = greater(first, then)
  }
  const running = new Map(sidecars)
  for (const container of pod.spec?.containers ?? []) add(running, amounts(container.resources?.requests))
  const total = greater(running, first)
  // Requests of the whole pod, where given, stand for those of its containers.
  for (const [name, amount] of amounts(pod.spec?.resources?.requests)) total.set(name, amount)
  add(total, amounts(pod.spec?.overhead))
  cache.set(pod, total)
  return total
}

/** A node with the pods that hold something of it, and what they ask for together. */
export const nodeState = (node: Node, bound: readonly Pod[]): NodeState => {
  const pods = bound.filter((pod) => !isTerminal(pod))
  const requested = new Map<string, number>()
  for (const pod of pods) add(requested, podRequests(pod))
  return { node, pods, allocatable: amounts(node.status?.allocatable ?? node.status?.capacity), requested }
}

/** What the node lacks: `Too many pods`, `Insufficient cpu`. */
export const shortOf = (pod: Pod, state: NodeState): readonly string[] => {
  const short: string[] = []
  const most = state.allocatable.get('pods')
  if (most !== undefined && (state.pods.length + 1) * 1000 > most) short.push('Too many pods')
  for (const [name, amount] of podRequests(pod))
    if (amount > 0 && (state.requested.get(name) ?? 0) + amount > (state.allocatable.get(name) ?? 0))
      short.push(`Insufficient ${name}`)
  return short
}

/** Whether the node lacks nothing that the pod asks for. */
export const fits = (pod: Pod, state: NodeState): boolean => shortOf(pod, state).length === 0

const hostPorts = (pod: Pod): readonly HostPort[] =>
  [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always')]
    .flatMap(({ ports = [] }) => ports)
    .map((port) => ({
      protocol: port.protocol ?? 'TCP',
      ip: port.hostIP || '0.0.0.0',
      port: port.hostPort || (pod.spec?.hostNetwork ? port.containerPort : 0),
    }))
    .filter(({ port }) => port > 0)

const ANY = new Set(['0.0.0.0', '::'])

/** Another pod of the node holds a host port that this one wants. */
export const takesPorts = (pod: Pod, state: NodeState): boolean => {
  const wanted = hostPorts(pod)
  if (wanted.length === 0) return false
  const held = state.pods.flatMap(hostPorts)
  return wanted.some((one) =>
    held.some(
      (other) =>
        one.port === other.port &&
        one.protocol === other.protocol &&
        (one.ip === other.ip || ANY.has(one.ip) || ANY.has(other.ip)),
    ),
  )
}
