import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from './message.ts'

type Side = 'from' | 'to'
interface Rule {
  readonly ports: readonly NetworkPolicyPort[]
  readonly peers: readonly NetworkPolicyPeer[]
}

const selectsAll = (selector: LabelSelector | undefined): boolean =>
  Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0

/** Whom a peer means that has no label of its own: all pods of the policy's namespace, or of all namespaces. */
const everybody = ({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): 'here' | 'anywhere' | undefined => {
  if (ipBlock !== undefined || !selectsAll(podSelector)) return undefined
  if (namespaceSelector !== undefined) return selectsAll(namespaceSelector) ? 'anywhere' : undefined
  return podSelector === undefined ? undefined : 'here'
}

/** Of two peers of a rule, that the one means whoever the other means, by an empty selector. */
const isWithin = (peer: NetworkPolicyPeer, wider: NetworkPolicyPeer): boolean => {
  if (peer.ipBlock !== undefined || everybody(peer) === 'anywhere') return false
  const width = everybody(wider)
  return (
    width === 'anywhere' || (width === 'here' && peer.namespaceSelector === undefined && everybody(peer) !== 'here')
  )
}

const ofRule = ({ peers }: Rule, path: string, side: Side): readonly string[] =>
  peers.flatMap((peer, index) => {
    const at = peers.findIndex((wider) => isWithin(peer, wider))
    if (at === -1) return []
    const wider = peers[at]!
    return everybody(wider) === 'anywhere'
      ? [
          `${path}.${side}[${index}] has no effect: the empty namespaceSelector of ${side}[${at}] means all pods of all namespaces; what shall hold of one pod at once stands in one peer`,
        ]
      : [
          `${path}.${side}[${index}] has no effect: the empty podSelector of ${side}[${at}] means all pods of the namespace`,
        ]
  })

const ofDirection = (rules: readonly Rule[], path: string, side: Side): readonly string[] => {
  const open = rules.findIndex(({ peers, ports }) => peers.length === 0 && ports.length === 0)
  const [asked, one] = side === 'from' ? ['lets in', 'a sender'] : ['lets out', 'a receiver']
  const others = rules.flatMap((rule, index) =>
    open === -1 || index === open || (rule.peers.length === 0 && rule.ports.length === 0)
      ? []
      : [`${path}[${index}] has no effect: ${path}[${open}] names neither ${one} nor a port, and ${asked} everything`],
  )
  return others.length > 0 ? others : rules.flatMap((rule, index) => ofRule(rule, `${path}[${index}]`, side))
}

/**
 * What of a policy changes nothing, whatever else there is: an empty selector takes in what stands beside it, where one
 * dash too many was written, or a direction has rules that `policyTypes` leaves out.
 */
export const withoutEffect = ({ spec }: NetworkPolicy): readonly string[] => {
  const types = spec?.policyTypes ?? []
  const leavesOut = (type: 'Ingress' | 'Egress'): boolean => types.length > 0 && !types.includes(type)
  const ingress = (spec?.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
  const egress = (spec?.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }))
  const unasked = (field: string, type: string): readonly string[] => [
    `spec.${field} has no effect: spec.policyTypes does not name ${type}`,
  ]
  return [
    ...(ingress.length > 0 && leavesOut('Ingress')
      ? unasked('ingress', 'Ingress')
      : ofDirection(ingress, 'spec.ingress', 'from')),
    ...(egress.length > 0 && leavesOut('Egress')
      ? unasked('egress', 'Egress')
      : ofDirection(egress, 'spec.egress', 'to')),
  ]
}
