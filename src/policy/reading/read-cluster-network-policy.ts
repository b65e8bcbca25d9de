import type {
  ClusterNetworkPolicy,
  ClusterNetworkPolicyPeer,
  ClusterNetworkPolicyProtocol,
  NamespacedPod,
  Port,
} from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { isPort, type Protocol } from '#net/port-protocol.ts'
import { blockPeer, nodePeer, type Peer, type PodPeer, podPeer, type Selector } from '../peer.ts'
import type { Policy, PortName, Rule } from '../rule.ts'
import { ALL, NONE, portsOf, type Traffic, unionOf } from '../traffic.ts'
import { RULE, SUBJECT, TIER } from './form/cluster-policy-shape.ts'
import { number } from './form/shape.ts'
import { at, bounded, type Place, requirements } from './reading.ts'

/** Everybody: of whom a policy speaks whose subject cannot be read. */
const EVERYBODY: PodPeer = { namespaces: { labels: [] }, pods: [] }

/**
 * A ClusterNetworkPolicy as it is meant. What of it cannot be read is told as a fault, and stands closed, as its authors say: a
 * rule that accepts speaks of nobody then, and one that denies or passes denies everybody. Where its subject cannot be read, it
 * is about all pods, and what it denies is denied, but nothing is let in by it; so too where its place among others cannot.
 */
export const readClusterNetworkPolicy = ({ metadata, spec }: ClusterNetworkPolicy): Policy => {
  const faults: string[] = []
  const wrong = (problem: string | undefined): boolean => problem !== undefined && faults.push(problem) > 0
  const rules = (given: unknown, path: string, side: Side): readonly Rule[] | undefined => {
    if (given === undefined) return undefined
    if (!Array.isArray(given)) {
      faults.push(`${path} is no list`)
      return [closedRule(path, undefined)]
    }
    if (given.length === 0) return undefined
    return given.map((one, index) => readRule(one, side, { path: `${path}[${index}]`, faults }))
  }
  const { tier, priority, subject, ingress, egress } = (spec ?? {}) as Partial<NonNullable<typeof spec>>
  const isPlaced = ![TIER(tier, 'spec.tier'), number(priority, 'spec.priority')].map(wrong).includes(true)
  const read = wrong(SUBJECT(subject ?? {}, 'spec.subject'))
    ? undefined
    : readSubject(subject ?? {}, { path: 'spec.subject', faults })
  const closed = (all: readonly Rule[] | undefined) =>
    read === undefined || !isPlaced ? all?.filter(({ action }) => action === 'Deny') : all
  return bounded({
    kind: 'ClusterNetworkPolicy',
    name: metadata?.name ?? '',
    tier: tier === 'Baseline' ? 'Baseline' : 'Admin',
    priority: typeof priority === 'number' ? priority : 0,
    subject: read ?? EVERYBODY,
    rules: {
      ingress: closed(rules(ingress, 'spec.ingress', 'from')),
      egress: closed(rules(egress, 'spec.egress', 'to')),
    },
    faults,
  })
}

type Side = 'from' | 'to'
interface Given {
  readonly action: Rule['action']
  readonly from?: readonly ClusterNetworkPolicyPeer[]
  readonly to?: readonly ClusterNetworkPolicyPeer[]
  readonly protocols?: readonly ClusterNetworkPolicyProtocol[]
}

/** What stands for a rule that cannot be read: whom it was to let in it does not, and otherwise it denies everybody. */
const closedRule = (path: string, action: unknown): Rule =>
  action === 'Accept'
    ? { path, action, peers: [], traffic: NONE, names: [] }
    : { path, action: 'Deny', peers: undefined, traffic: ALL, names: [] }

/** Undefined, and a fault, where it cannot be read. */
const readSubject = (
  given: { readonly namespaces?: Selector; readonly pods?: NamespacedPod },
  place: Place,
): PodPeer | undefined => {
  const { namespaces, pods } = given
  if (namespaces === undefined && pods === undefined) {
    place.faults.push(`${place.path} names nobody: give it namespaces or pods`)
    return undefined
  }
  return hasSeveral(given, place) ? undefined : podsOf(namespaces, pods, place)
}

/** Of fields of which one alone may be given. */
const hasSeveral = (given: object, { path, faults }: Place): boolean => {
  const names = Object.entries(given).flatMap(([name, value]) => (isGiven(value) ? [name] : []))
  if (names.length < 2) return false
  faults.push(`${path} has ${names.join(' and ')}: give it one of them`)
  return true
}

const isGiven = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0)

const podsOf = (namespaces: Selector, pods: NamespacedPod | undefined, place: Place): PodPeer | undefined => {
  if (namespaces !== undefined) {
    const labels = requirements(namespaces, at(place, 'namespaces'))
    return labels && { namespaces: { labels }, pods: [] }
  }
  const labels = requirements(pods?.namespaceSelector ?? {}, at(place, 'pods.namespaceSelector'))
  const own = requirements(pods?.podSelector ?? {}, at(place, 'pods.podSelector'))
  return labels && own && { namespaces: { labels }, pods: own }
}

const readRule = (given: unknown, side: Side, place: Place): Rule => {
  const { path, faults } = place
  const problem = RULE(given, path)
  const { action, protocols = [], ...sides } = (given ?? {}) as Given
  if (problem !== undefined || action === undefined) {
    faults.push(problem ?? `${path}.action is not there`)
    return closedRule(path, action)
  }
  const known = faults.length
  const peers = sides[side] ?? []
  if (peers.length === 0) faults.push(`${path}.${side} names nobody: give it a peer`)
  const read = peers.flatMap((peer, index) => readPeer(peer, at(place, `${side}[${index}]`)))
  const meant = protocols.map((one, index) => readProtocol(one, at(place, `protocols[${index}]`)))
  if (faults.length > known) return closedRule(path, action)
  return {
    path,
    action,
    peers: read,
    traffic: protocols.length === 0 ? ALL : unionOf(meant.filter((one): one is Traffic => !('name' in one))),
    names: meant.filter((one): one is PortName => 'name' in one),
  }
}

const readPeer = (peer: ClusterNetworkPolicyPeer, place: Place): readonly Peer[] => {
  const { namespaces, pods, nodes, networks, domainNames } = peer
  if (hasSeveral(peer, place)) return []
  if (namespaces !== undefined || pods !== undefined) {
    const read = podsOf(namespaces, pods, place)
    return read === undefined ? [] : [podPeer(read)]
  }
  if (nodes !== undefined) {
    const labels = requirements(nodes, at(place, 'nodes'))
    return labels === undefined ? [] : [nodePeer(labels)]
  }
  if (networks !== undefined && networks.length > 0)
    return networks.flatMap((cidr, index) => {
      const block = blockPeer(cidr)
      if (block === undefined)
        place.faults.push(`${place.path}.networks[${index}] is no range: write it as 10.9.8.0/24 or 2001:db8::/64`)
      return block ?? []
    })
  place.faults.push(
    domainNames !== undefined && domainNames.length > 0
      ? `${place.path}.domainNames is not supported: write the networks of those names`
      : `${place.path} names nobody: give it namespaces, pods, nodes or networks`,
  )
  return []
}

const readProtocol = (protocol: ClusterNetworkPolicyProtocol, place: Place): Traffic | PortName => {
  const { tcp, udp, sctp, destinationNamedPort } = protocol
  if (hasSeveral(protocol, place)) return NONE
  if (tcp !== undefined) return readPort('TCP', tcp.destinationPort, at(place, 'tcp.destinationPort'))
  if (udp !== undefined) return readPort('UDP', udp.destinationPort, at(place, 'udp.destinationPort'))
  if (sctp !== undefined) return readPort('SCTP', sctp.destinationPort, at(place, 'sctp.destinationPort'))
  if (destinationNamedPort) return { name: destinationNamedPort, protocol: undefined }
  place.faults.push(`${place.path} names no protocol: give it tcp, udp, sctp or destinationNamedPort`)
  return NONE
}

const readPort = (protocol: Protocol, port: Port | undefined, { path, faults }: Place): Traffic => {
  if (port === undefined) return portsOf(protocol)
  const [first, last] = port.range === undefined ? [port.number, port.number] : [port.range.start, port.range.end]
  if (first !== undefined && last !== undefined && isPort(first) && isPort(last) && first <= last)
    return portsOf(protocol, first, last)
  faults.push(`${path} is no range of ports: 1 to 65535, its end no less than its start`)
  return NONE
}
