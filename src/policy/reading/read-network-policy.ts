import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '#api/networking/networkpolicy/message.ts'
import { isPort, type Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { blockPeer, type NamespaceMatch, type Peer, podPeer, type Selector } from '../peer.ts'
import type { Policy, PortName, Rule } from '../rule.ts'
import { ALL, NONE, PROTOCOLS, portsOf, type Traffic, unionOf } from '../traffic.ts'
import { bounded, type Place, requirements } from './reading.ts'

/**
 * A NetworkPolicy as it is meant. What of it cannot be read lets nothing through, and is told as a fault: the pods that it
 * selects are isolated all the same. Where its own selector cannot be read all pods of its namespace are, and none of its rules
 * lets anything in: they were not meant for all.
 */
export const readNetworkPolicy = (policy: NetworkPolicy): Policy => {
  const { metadata, spec } = policy
  const namespace = metadata?.namespace ?? ''
  const faults: string[] = []
  const types = spec?.policyTypes ?? []
  const hasEgress = types.length > 0 ? types.includes('Egress') : (spec?.egress ?? []).length > 0
  const hasIngress = types.length === 0 || types.includes('Ingress')
  const rules = (all: readonly Given[], place: string) => {
    const read = all.map(({ peers, ports }, index) =>
      readRule(peers, ports, { namespace, faults, path: `spec.${place}[${index}]` }),
    )
    return pods === undefined ? [] : read
  }
  const pods = requirements(spec?.podSelector ?? {}, { path: 'spec.podSelector', faults })
  const ingress = (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
  const egress = (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
  return bounded({
    kind: 'NetworkPolicy',
    name: keyOf(policy),
    tier: 'NetworkPolicy',
    priority: 0,
    subject: { namespaces: { name: namespace }, pods: pods ?? [] },
    rules: {
      ingress: hasIngress ? rules(ingress, 'ingress') : undefined,
      egress: hasEgress ? rules(egress, 'egress') : undefined,
    },
    faults,
  })
}

interface Given {
  readonly peers: readonly NetworkPolicyPeer[] | undefined
  readonly ports: readonly NetworkPolicyPort[] | undefined
}

interface InNamespace extends Place {
  readonly namespace: string
}

const readRule = (
  peers: readonly NetworkPolicyPeer[] = [],
  ports: readonly NetworkPolicyPort[] = [],
  place: InNamespace,
): Rule => {
  const direction = place.path.includes('ingress') ? 'from' : 'to'
  const read = peers.map((peer, index) => readPeer(peer, { ...place, path: `${place.path}.${direction}[${index}]` }))
  const meant = ports.map((port, index) => readPort(port, { ...place, path: `${place.path}.ports[${index}]` }))
  return {
    path: place.path,
    action: 'Accept',
    peers: peers.length === 0 ? undefined : read.filter((peer) => peer !== undefined),
    traffic: ports.length === 0 ? ALL : unionOf(meant.filter((one): one is Traffic => !('name' in one))),
    names: meant.filter((one): one is PortName => 'name' in one),
  }
}

const readPeer = (peer: NetworkPolicyPeer, { namespace, path, faults }: InNamespace): Peer | undefined => {
  const { podSelector, namespaceSelector, ipBlock } = peer
  if (ipBlock !== undefined) {
    if (podSelector !== undefined || namespaceSelector !== undefined) {
      faults.push(`${path} has an ipBlock beside a selector: give each a peer of its own`)
      return undefined
    }
    const read = blockPeer(ipBlock.cidr, ipBlock.except)
    if (read === undefined)
      faults.push(`${path}.ipBlock is no range: write cidr and except as 10.9.8.0/24 or 2001:db8::/64`)
    return read
  }
  if (podSelector === undefined && namespaceSelector === undefined) {
    faults.push(`${path} names nobody: give it a podSelector, a namespaceSelector or an ipBlock`)
    return undefined
  }
  const pods = requirements(podSelector ?? {}, { path: `${path}.podSelector`, faults })
  const namespaces = namespacesOf(namespaceSelector, namespace, `${path}.namespaceSelector`, faults)
  return pods && namespaces && podPeer({ namespaces, pods })
}

const namespacesOf = (selector: Selector, own: string, path: string, faults: string[]): NamespaceMatch | undefined => {
  if (selector === undefined) return { name: own }
  const labels = requirements(selector, { path, faults })
  return labels && { labels }
}

const readPort = (
  { protocol = 'TCP', port, endPort }: NetworkPolicyPort,
  { path, faults }: Place,
): Traffic | PortName => {
  const known = PROTOCOLS.find((one) => one === protocol)
  if (known === undefined) {
    faults.push(`${path}.protocol ${JSON.stringify(protocol)} is none of ${PROTOCOLS.join(', ')}`)
    return NONE
  }
  if (typeof port === 'string') return { name: port, protocol: known as Protocol }
  if (port === undefined && endPort === undefined) return portsOf(known)
  const last = endPort ?? port
  if (port !== undefined && last !== undefined && isPort(port) && isPort(last) && port <= last)
    return portsOf(known, port, last)
  faults.push(`${path} is no range of ports: port must be 1 to 65535, endPort no less than port`)
  return NONE
}
