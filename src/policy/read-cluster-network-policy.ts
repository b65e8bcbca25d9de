import type {
  ClusterNetworkPolicy,
  ClusterNetworkPolicyPeer,
  ClusterNetworkPolicyProtocol,
  NamespacedPod,
  Port,
} from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { isPort, type Protocol } from '#net/port-protocol.ts'
import { blockPeer, nodePeer, type Peer, type PodPeer, podPeer, type Selector } from './peer.ts'
import { at, type Place, requirements } from './reading.ts'
import type { Policy, PortName, Rule } from './rule.ts'
import { ALL, NONE, portsOf, type Traffic, union } from './traffic.ts'

/** Everybody: what cannot be read is meant for all, or refused to all. */
const EVERYBODY: PodPeer = { namespaces: { labels: [] }, pods: [] }

/**
 * A ClusterNetworkPolicy as it is meant. What of it cannot be read is told as a fault, and stands closed, as its API asks: a
 * rule that accepts then speaks of nobody, one that denies or passes on denies everybody.
 */
export const readClusterNetworkPolicy = ({ metadata, spec }: ClusterNetworkPolicy): Policy => {
  const faults: string[] = []
  const tier = spec?.tier === 'Baseline' ? 'Baseline' : 'Admin'
  const rules = (given: readonly Given[] | undefined, place: string): readonly Rule[] | undefined =>
    given === undefined || given.length === 0
      ? undefined
      : given.map((one, index) => readRule(one, { path: `spec.${place}[${index}]`, faults }))
  const subject = readSubject(spec?.subject ?? {}, { path: 'spec.subject', faults })
  return {
    kind: 'ClusterNetworkPolicy',
    name: metadata?.name ?? '',
    tier,
    priority: spec?.priority ?? 0,
    subject,
    rules: {
      ingress: rules(
        spec?.ingress?.map(({ from, ...rest }) => ({ ...rest, peers: from ?? [], side: 'from' })),
        'ingress',
      ),
      egress: rules(
        spec?.egress?.map(({ to, ...rest }) => ({ ...rest, peers: to ?? [], side: 'to' })),
        'egress',
      ),
    },
    faults,
  }
}

interface Given {
  readonly action: Rule['action']
  readonly side: 'from' | 'to'
  readonly peers: readonly ClusterNetworkPolicyPeer[]
  readonly protocols?: readonly ClusterNetworkPolicyProtocol[]
}

const readSubject = (
  { namespaces, pods }: { readonly namespaces?: Selector; readonly pods?: NamespacedPod },
  place: Place,
): PodPeer => {
  if (namespaces === undefined && pods === undefined) {
    place.faults.push(`${place.path} names nobody: give it namespaces or pods`)
    return EVERYBODY
  }
  return podsOf(namespaces, pods, place) ?? EVERYBODY
}

const podsOf = (namespaces: Selector, pods: NamespacedPod | undefined, place: Place): PodPeer | undefined => {
  if (namespaces !== undefined) {
    const labels = requirements(namespaces, at(place, 'namespaces'))
    return labels && { namespaces: { labels }, pods: [] }
  }
  const labels = requirements(pods?.namespaceSelector ?? {}, at(place, 'pods.namespaceSelector'))
  const own = requirements(pods?.podSelector ?? {}, at(place, 'pods.podSelector'))
  return labels && own && { namespaces: { labels }, pods: own }
}

const readRule = ({ action, side, peers, protocols }: Given, place: Place): Rule => {
  const known = place.faults.length
  const read = peers.flatMap((peer, index) => readPeer(peer, at(place, `${side}[${index}]`)))
  const meant = (protocols ?? []).map((one, index) => readProtocol(one, at(place, `protocols[${index}]`)))
  const isWhole = place.faults.length === known
  if (!isWhole && action !== 'Accept')
    return { path: place.path, action: 'Deny', peers: undefined, traffic: ALL, names: [] }
  return {
    path: place.path,
    action,
    peers: read,
    traffic:
      protocols === undefined
        ? ALL
        : meant.reduce<Traffic>((all, one) => ('name' in one ? all : union(all, one)), NONE),
    names: meant.filter((one): one is PortName => 'name' in one),
  }
}

const readPeer = (peer: ClusterNetworkPolicyPeer, place: Place): readonly Peer[] => {
  const { namespaces, pods, nodes, networks, domainNames } = peer
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
