import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { objectKey } from '#objects/object-key.ts'
import type { HeldAddress, Peer, PolicyPod } from '#policy/peer.ts'
import { peersOf, policyKey } from '#policy/rule.ts'
import { isMeant } from '#policy/why.ts'
import { type Matrix, type MatrixCell, type MatrixWord, nameOfGroup, type PodGroup } from '../trace/policies/matrix.ts'
import { lastingLabels } from './lasting-labels.ts'
import type { EndWord, PolicyView } from './policy-view.ts'
import { workloadOf } from './workload.ts'

/** What is asked of all pairs. */
interface MatrixQuestion {
  /** Pods of that namespace alone, at either end; undefined: of all. */
  readonly namespace?: string | undefined
  readonly protocol: Protocol
  readonly family: IpFamily
  /** Undefined: the ports that each destination declares for the protocol, and 80 where it declares none. */
  readonly port?: number | undefined
}

const DEFAULT_PORT = 80

/** Who may begin a connection with whom, by the policies of a cluster: each group of pods with each, itself too. */
export const policyMatrix = (view: PolicyView, { namespace, protocol, family, port }: MatrixQuestion): Matrix => {
  const pods = view.pods.filter(
    (pod) => (namespace === undefined || pod.namespace === namespace) && addressOf(pod, family) !== undefined,
  )
  const alike = alikeness(view)
  const members = [...Map.groupBy(pods, alike).values()]
    .map((all) => all.toSorted((left, right) => (left.name < right.name ? -1 : 1)))
    .sort(([left], [right]) => byName(sortKey(view, left!), sortKey(view, right!)))
  const names = members.map(([first]) => workloadOf(view, first!))
  const groups = members.map((all, index): PodGroup => {
    const [first] = all as [PolicyPod]
    const isTaken = members.some(
      (one, at) => at !== index && names[at] === names[index] && one[0]!.namespace === first.namespace,
    )
    const declared = view.declaredPorts(first).flatMap((one) => (one.protocol === protocol ? [one.port] : []))
    const ports = port === undefined ? [...new Set(declared)].sort((left, right) => left - right) : [port]
    return {
      namespace: first.namespace,
      // Of pods of one Deployment that policies tell apart, each lot is called by its first.
      name: isTaken ? first.name : names[index]!,
      pods: all.map(({ name }) => name),
      ports: ports.length === 0 ? [DEFAULT_PORT] : ports,
      isolatedBy: { ingress: isolating(view, first, 'ingress'), egress: isolating(view, first, 'egress') },
    }
  })
  const cells = members.flatMap((from, row) =>
    members.flatMap((to, column) => {
      const [sender, receiver] = pairOf(from, to)
      return groups[column]!.ports.map((asked): MatrixCell => {
        const words = view.words(addressOf(sender, family)!, addressOf(receiver, family)!, { protocol, port: asked })
        return {
          from: nameOfGroup(groups[row]!),
          to: nameOfGroup(groups[column]!),
          port: asked,
          passes: words.every(({ passes }) => passes),
          egress: wordOf(words, 'egress'),
          ingress: wordOf(words, 'ingress'),
        }
      })
    }),
  )
  return { protocol, family, policies: view.policies.length, groups, cells }
}

const isolating = (view: PolicyView, pod: PolicyPod, direction: EndWord['direction']): readonly string[] =>
  view
    .policiesOf(pod)
    .filter(({ kind, rules }) => kind === 'NetworkPolicy' && rules[direction] !== undefined)
    .map(({ name }) => name)

/** Of a group with itself two different pods, where there are two. */
const pairOf = (from: readonly PolicyPod[], to: readonly PolicyPod[]): readonly [PolicyPod, PolicyPod] => {
  const [sender] = from as [PolicyPod]
  return [sender, to.find((one) => one !== sender) ?? (to[0] as PolicyPod)]
}

const addressOf = ({ addresses }: PolicyPod, family: IpFamily): string | undefined =>
  addresses.find(({ address }) => address.family === family)?.text

const wordOf = (words: readonly EndWord[], direction: EndWord['direction']): MatrixWord => {
  const word = words.find((one) => one.direction === direction)
  return {
    passes: word?.passes !== false,
    isolatedBy: word?.isolatedBy.map(({ name }) => name) ?? [],
    ...(word?.by && { policy: policyKey(word.by.policy), rule: word.by.rule.path }),
  }
}

const byName = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
const sortKey = (view: PolicyView, pod: PolicyPod): string =>
  `${objectKey(pod.namespace, workloadOf(view, pod))} ${pod.name}`

/**
 * What policies see of a pod: which select it, which of their peers mean it, by labels or by its addresses, and its ports;
 * and whose it is.
 */
const alikeness = (view: PolicyView): ((pod: PolicyPod) => string) => {
  const peers = new Map(view.policies.flatMap(peersOf).map((peer) => [peer.key, peer]))
  const [blocks, pods] = [true, false].map((isBlock) =>
    [...peers.values()].filter(({ kind }) => (kind === 'block') === isBlock),
  ) as [Peer[], Peer[]]
  const byLabels = new Map<string, readonly string[]>()
  const asked = { protocol: undefined, port: 0 }
  return (pod) => {
    const namespaceLabels = view.namespaceLabels(pod.namespace)
    const meant = (all: readonly Peer[], address: HeldAddress) =>
      all.filter((peer) => isMeant(peer, { address, pod, namespaceLabels }, asked)).map(({ key }) => key)
    const labels = JSON.stringify([pod.namespace, Object.entries(pod.labels).sort()])
    const [address] = pod.addresses as readonly [HeldAddress]
    if (!byLabels.has(labels)) byLabels.set(labels, meant(pods, address))
    return JSON.stringify([
      pod.namespace,
      workloadOf(view, pod),
      view.declaredPorts(pod),
      Object.entries(lastingLabels(pod.labels)).sort(),
      view.policiesOf(pod).map(policyKey),
      byLabels.get(labels),
      pod.addresses.map((one) => meant(blocks, one)),
    ])
  }
}
