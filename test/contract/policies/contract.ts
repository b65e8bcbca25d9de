import type { Namespace } from '#api/core/namespace/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '#api/networking/networkpolicy/message.ts'
import type {
  ClusterNetworkPolicy,
  ClusterNetworkPolicyPeer,
  ClusterNetworkPolicyProtocol,
} from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { PolicyHit } from './clauses.ts'
import type { PolicyCluster, Traffic } from './model.ts'

type Way = 'ingress' | 'egress'
type Labels = Readonly<Record<string, string>>

/**
 * Whether a connection may begin: what NetworkPolicies and ClusterNetworkPolicies mean, stated from API objects alone. `here` is
 * the node that judges: it is asked for its own pods, and what it sends to them itself is not its business.
 */
export function mayPass(cluster: PolicyCluster, traffic: Traffic, here: string, hit: PolicyHit = () => {}): boolean {
  const source = podAt(cluster, traffic.source)
  const destination = podAt(cluster, traffic.destination)
  if (traffic.source === traffic.destination) {
    hit('open/itself')
    return true
  }
  if (isNodeAt(cluster, traffic.source, here)) {
    hit('open/node')
    return true
  }
  const leaves = source?.spec?.nodeName !== here || judge(cluster, source, 'egress', traffic, hit)
  const enters = destination?.spec?.nodeName !== here || judge(cluster, destination, 'ingress', traffic, hit)
  if (leaves !== enters) hit('isolated/both-ends')
  return leaves && enters
}

/** The pod of the cluster's network that has an address now. */
const podAt = ({ pods }: PolicyCluster, address: string): Pod | undefined =>
  pods.find(
    ({ spec, status }) =>
      !spec?.hostNetwork &&
      status?.phase !== 'Succeeded' &&
      status?.phase !== 'Failed' &&
      status?.podIPs?.some(({ ip }) => ip === address),
  )

const nodeAt = ({ nodes }: PolicyCluster, address: string) =>
  nodes.find(({ status }) => status?.addresses?.some((one) => one.type === 'InternalIP' && one.address === address))

const isNodeAt = (cluster: PolicyCluster, address: string, name: string): boolean =>
  nodeAt(cluster, address)?.metadata?.name === name

function judge(cluster: PolicyCluster, pod: Pod, way: Way, traffic: Traffic, hit: PolicyHit): boolean {
  const other = way === 'ingress' ? traffic.source : traffic.destination
  const ofTier = (tier: string) => tierOf(cluster, tier, pod, way, traffic, other, hit)
  const admin = ofTier('Admin')
  if (admin === 'Accept' || admin === 'Deny') {
    hit(admin === 'Accept' ? 'tier/accept' : 'tier/deny')
    if (cluster.policies.some((policy) => selects(policy, pod) && directions(policy, hit).includes(way)))
      hit('tier/admin-first')
    return admin === 'Accept'
  }
  const selecting = cluster.policies.filter((policy) => selects(policy, pod, hit))
  const binding = selecting.filter((policy) => directions(policy, hit).includes(way))
  if (binding.length > 0) {
    if (cluster.clusterPolicies.some(({ spec }) => spec?.tier === 'Baseline')) hit('tier/baseline-skipped')
    const letting = binding.filter((policy) => lets(cluster, policy, pod, way, traffic, other, hit))
    if (letting.length > 0 && binding.length > letting.length) hit('isolated/adds-up')
    if (letting.length === 0) hit('isolated/refuses')
    return letting.length > 0
  }
  if (selecting.length > 0) hit('open/other-direction')
  const baseline = ofTier('Baseline')
  if (baseline === 'Accept' || baseline === 'Deny') {
    hit('tier/baseline')
    return baseline === 'Accept'
  }
  hit(cluster.clusterPolicies.length > 0 ? 'tier/default' : 'open/nobody')
  return true
}

const directions = ({ spec }: NetworkPolicy, hit: PolicyHit): readonly Way[] => {
  const types = spec?.policyTypes ?? []
  if (types.length > 0) {
    hit('types/given')
    return types.map((type) => (type === 'Ingress' ? 'ingress' : 'egress'))
  }
  const hasEgress = (spec?.egress ?? []).length > 0
  hit(hasEgress ? 'types/egress-rules' : 'types/ingress')
  return hasEgress ? ['ingress', 'egress'] : ['ingress']
}

function selects({ metadata, spec }: NetworkPolicy, pod: Pod, hit: PolicyHit = () => {}): boolean {
  const fits = holds(spec?.podSelector ?? {}, pod.metadata?.labels ?? {})
  const isHere = metadata?.namespace === pod.metadata?.namespace
  if (fits && !isHere) hit('subject/elsewhere')
  if (fits && isHere) hit('subject/labels')
  return fits && isHere
}

/** Whether some rule of a policy that isolates the pod lets the traffic pass. */
function lets(
  cluster: PolicyCluster,
  policy: NetworkPolicy,
  pod: Pod,
  way: Way,
  traffic: Traffic,
  other: string,
  hit: PolicyHit,
): boolean {
  const rules =
    way === 'ingress'
      ? (policy.spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from ?? [], ports: ports ?? [] }))
      : (policy.spec?.egress ?? []).map(({ to, ports }) => ({ peers: to ?? [], ports: ports ?? [] }))
  const at = way === 'ingress' ? pod : asked(cluster, other)
  return rules.some(({ peers, ports }) => {
    const isMeant = peers.length === 0 || peers.some((peer) => means(cluster, policy, peer, other, traffic, hit))
    if (isMeant && peers.length === 0) hit('peer/absent')
    if (isMeant && rules.some((one) => one.peers.some((peer) => isExcepted(peer, other)))) hit('peer/except-own')
    if (!isMeant) return false
    if (ports.length > 0) return ports.some((port) => isPortOf(port, at, traffic, hit))
    hit('ports/absent')
    return true
  })
}

function means(
  cluster: PolicyCluster,
  policy: NetworkPolicy,
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  address: string,
  traffic: Traffic,
  hit: PolicyHit,
): boolean {
  if (ipBlock !== undefined) return isIn(ipBlock, address, hit)
  const namespace = policy.metadata?.namespace ?? ''
  const is = (labels: Labels, of: Namespace | undefined, name: string) =>
    (namespaceSelector === undefined ? name === namespace : holds(namespaceSelector, of?.metadata?.labels ?? {})) &&
    holds(podSelector ?? {}, labels)
  const pod = podAt(cluster, address)
  if (pod === undefined) {
    if (standsFor(cluster, address, traffic, is, hit)) return true
    hit('peer/stranger')
    return false
  }
  const name = pod.metadata?.namespace ?? ''
  if (!is(pod.metadata?.labels ?? {}, namespaceOf(cluster, name), name)) return false
  hit(podSelector === undefined ? 'peer/namespaces' : namespaceSelector === undefined ? 'peer/pods' : 'peer/both')
  return true
}

const namespaceOf = ({ namespaces }: PolicyCluster, name: string): Namespace | undefined =>
  namespaces.find(({ metadata }) => metadata?.name === name)

/** A node that serves DNS is taken for the pod that people think of. */
function standsFor(
  cluster: PolicyCluster,
  address: string,
  { protocol, port }: Traffic,
  is: (labels: Labels, namespace: Namespace | undefined, name: string) => boolean,
  hit: PolicyHit,
): boolean {
  const { dns } = cluster
  if (dns === undefined || nodeAt(cluster, address) === undefined) return false
  if (!is(dns.labels, namespaceOf(cluster, 'kube-system'), 'kube-system')) return false
  const isDns = port === dns.port && (protocol === 'UDP' || protocol === 'TCP')
  hit(isDns ? 'dns/stands-for' : 'dns/alone')
  return isDns
}

function isIn(
  { cidr, except = [] }: { readonly cidr: string; readonly except?: readonly string[] },
  address: string,
  hit: PolicyHit,
): boolean {
  const holdsIt = (range: string) => containsAddress(parseCidr(range), parseAddress(address))
  if (cidr.includes(':') !== address.includes(':')) hit('peer/other-family')
  if (!holdsIt(cidr)) return false
  if (except.some(holdsIt)) {
    hit('peer/except')
    return false
  }
  hit('peer/block')
  return true
}

const isExcepted = ({ ipBlock }: NetworkPolicyPeer, address: string): boolean =>
  ipBlock?.except?.some((range) => containsAddress(parseCidr(range), parseAddress(address))) === true

/** Who is asked for a port by a name: a pod, or what a node that serves DNS is taken for. */
type Asked = Pod | NonNullable<PolicyCluster['dns']> | undefined
const asked = (cluster: PolicyCluster, address: string): Asked =>
  podAt(cluster, address) ?? (nodeAt(cluster, address) && cluster.dns)

/** `at`: the destination, where it may have names for its ports. */
function isPortOf(
  { protocol = 'TCP', port, endPort }: NetworkPolicyPort,
  at: Asked,
  traffic: Traffic,
  hit: PolicyHit,
): boolean {
  if (traffic.protocol === 'ICMP') {
    hit('ports/no-icmp')
    return false
  }
  if (protocol !== traffic.protocol) {
    hit('ports/protocol')
    return false
  }
  if (port === undefined) {
    hit('ports/all')
    return true
  }
  if (typeof port === 'number') {
    hit(endPort === undefined ? 'ports/number' : 'ports/range')
    return port <= traffic.port && traffic.port <= (endPort ?? port)
  }
  const named = portsNamed(at, port).filter((one) => one.protocol === protocol)
  hit(named.length > 0 ? 'ports/name' : 'ports/name-unknown')
  if (named.length > 0 && at !== undefined && 'names' in at) hit('dns/names')
  return named.some((one) => one.number === traffic.port)
}

const portsNamed = (at: Asked, name: string) => {
  if (at !== undefined && 'names' in at) return at.names.filter((one) => one.name === name)
  return [
    ...(at?.spec?.containers ?? []),
    ...(at?.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ]
    .flatMap(({ ports }) => ports ?? [])
    .filter((one) => one.name === name)
    .map(({ protocol = 'TCP', containerPort }) => ({ protocol, number: containerPort }))
}

/** What the first rule of a tier that speaks of the traffic says; undefined: none does. */
function tierOf(
  cluster: PolicyCluster,
  tier: string,
  pod: Pod,
  way: Way,
  traffic: Traffic,
  other: string,
  hit: PolicyHit,
): 'Accept' | 'Deny' | 'Pass' | undefined {
  const policies = cluster.clusterPolicies
    .filter(({ spec }) => spec?.tier === tier && isSubject(cluster, spec.subject, pod, hit))
    .sort((one, two) => (one.spec?.priority ?? 0) - (two.spec?.priority ?? 0))
  if (policies.some((one, index) => (policies[index + 1]?.metadata?.name ?? '~') < (one.metadata?.name ?? '')))
    hit('tier/order')
  for (const { spec } of policies) {
    const rules =
      way === 'ingress'
        ? (spec?.ingress ?? []).map(({ from, ...rest }) => ({ ...rest, peers: from ?? [] }))
        : (spec?.egress ?? []).map(({ to, ...rest }) => ({ ...rest, peers: to ?? [] }))
    for (const { action, peers, protocols } of rules) {
      if (!peers.some((peer) => isPeer(cluster, peer, other, traffic, hit))) continue
      const at = way === 'ingress' ? pod : asked(cluster, other)
      if (protocols !== undefined && !protocols.some((one) => isProtocol(one, at, traffic, hit))) continue
      if (rules.length > 1) hit('tier/rules')
      if (action === 'Pass') hit('tier/pass')
      return action
    }
  }
  if (policies.length > 0) hit('tier/unmatched')
  return undefined
}

function isSubject(
  cluster: PolicyCluster,
  { namespaces, pods }: NonNullable<ClusterNetworkPolicy['spec']>['subject'] & object,
  pod: Pod,
  hit: PolicyHit,
): boolean {
  const labels = namespaceOf(cluster, pod.metadata?.namespace ?? '')?.metadata?.labels ?? {}
  hit(namespaces === undefined ? 'tier/pods' : 'tier/namespaces')
  if (namespaces !== undefined) return holds(namespaces, labels)
  return holds(pods?.namespaceSelector ?? {}, labels) && holds(pods?.podSelector ?? {}, pod.metadata?.labels ?? {})
}

function isPeer(
  cluster: PolicyCluster,
  { namespaces, pods, nodes, networks }: ClusterNetworkPolicyPeer,
  address: string,
  traffic: Traffic,
  hit: PolicyHit,
): boolean {
  if (networks !== undefined) {
    hit('tier/networks')
    return networks.some((range) => containsAddress(parseCidr(range), parseAddress(address)))
  }
  if (nodes !== undefined) {
    hit('tier/nodes')
    const node = nodeAt(cluster, address)
    return node !== undefined && holds(nodes, node.metadata?.labels ?? {})
  }
  const is = (labels: Labels, of: Namespace | undefined) =>
    namespaces === undefined
      ? holds(pods?.namespaceSelector ?? {}, of?.metadata?.labels ?? {}) && holds(pods?.podSelector ?? {}, labels)
      : holds(namespaces, of?.metadata?.labels ?? {})
  const pod = podAt(cluster, address)
  if (pod === undefined) return standsFor(cluster, address, traffic, is, hit)
  hit(namespaces === undefined ? 'tier/pods' : 'tier/namespaces')
  return is(pod.metadata?.labels ?? {}, namespaceOf(cluster, pod.metadata?.namespace ?? ''))
}

function isProtocol(
  { tcp, udp, sctp, destinationNamedPort }: ClusterNetworkPolicyProtocol,
  at: Asked,
  { protocol, port }: Traffic,
  hit: PolicyHit,
): boolean {
  if (destinationNamedPort) {
    hit('tier/named-port')
    return portsNamed(at, destinationNamedPort).some((one) => one.protocol === protocol && one.number === port)
  }
  const meant = protocol === 'TCP' ? tcp : protocol === 'UDP' ? udp : protocol === 'SCTP' ? sctp : undefined
  if (meant === undefined) return false
  const { number, range } = meant.destinationPort ?? {}
  if (range !== undefined) return range.start <= port && port <= range.end
  return number === undefined || number === port
}

/** What a label selector says of labels. */
function holds({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value)
        case 'NotIn':
          return value === undefined || !values.includes(value)
        case 'Exists':
          return value !== undefined
        default:
          return value === undefined
      }
    })
  )
}
