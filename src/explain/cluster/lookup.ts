import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service, ServicePort } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { canonical } from '#forwarding/canonical.ts'
import { podOfHostPorts } from '#forwarding/host-port-key.ts'
import { type HostPorts, hostPortsOf } from '#forwarding/host-ports.ts'
import { containsAddress, parseCidr } from '#net/cidr.ts'
import { type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { matchesMap } from '#objects/label-selector.ts'
import { keyOf, splitKey } from '#objects/object-key.ts'
import { podAddresses as addressesInStatus, isTerminal } from '#objects/pod.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { ClusterFacts } from './facts.ts'

export const familyOfText = (address: string): IpFamily => (address.includes(':') ? 'IPv6' : 'IPv4')

/** Canonical text of an address; undefined where the text is none. */
export const addressText = (text: string): string | undefined => canonical(text)

export const inCidrs = (cidrs: readonly string[], text: string): boolean => {
  const address = tryParseAddress(text)
  return address !== undefined && cidrs.some((cidr) => containsAddress(parseCidr(cidr), address))
}

/** Canonical text, so that addresses can be compared. */
export const podAddresses = (pod: Pod): readonly string[] => addressesInStatus(pod).map((ip) => canonical(ip) ?? ip)

export const nodeAddresses = ({ status }: Node): readonly string[] =>
  (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => canonical(address) ?? address)

/** The node that has this address outside, where the network turns it to one of its own. */
export const nodeOutside = (facts: ClusterFacts, address: string): Node | undefined =>
  facts.nodes.find(({ status }) =>
    status?.addresses?.some((one) => one.type === 'ExternalIP' && (canonical(one.address) ?? one.address) === address),
  )

export const find = <T extends { readonly metadata?: { readonly namespace?: string; readonly name?: string } }>(
  objects: readonly T[],
  name: string,
  namespace?: string,
): T | undefined =>
  objects.find(
    ({ metadata }) => metadata?.name === name && (namespace === undefined || metadata.namespace === namespace),
  )

/** The pod that has an address of its own; pods of the node's network have none. */
export const podAt = (facts: ClusterFacts, address: string): Pod | undefined =>
  facts.pods.find((pod) => !isTerminal(pod) && !pod.spec?.hostNetwork && podAddresses(pod).includes(address))

/** The host ports of the pods of a node, as it forwards them. */
export const hostPortsAt = (facts: ClusterFacts, node: Node): readonly HostPorts[] =>
  facts.pods
    .filter(({ spec }) => spec?.nodeName === node.metadata?.name)
    .flatMap((pod) => hostPortsOf(pod, nodeAddresses(node)) ?? [])

/** Whom forwarding knows by this key. */
export const claimantRef = (key: string): ObjectRef => {
  const named = splitKey(key)
  const pod = podOfHostPorts(named)
  return pod === undefined ? { kind: 'Service', ...named } : { kind: 'Pod', ...splitKey(pod) }
}

export const nodeAt = (facts: ClusterFacts, address: string): Node | undefined =>
  facts.nodes.find((node) => nodeAddresses(node).includes(address))

/** The node that pods of this address live on, by the ranges of the nodes. */
export const nodeOfPodAddress = (facts: ClusterFacts, address: string): Node | undefined =>
  facts.nodes.find(({ spec }) => inCidrs(spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []), address))

/** The node that packets from or to an address pass: a pod's, a node's own; undefined for what lies outside. */
export const homeOf = (facts: ClusterFacts, address: string): string | undefined =>
  podAt(facts, address)?.spec?.nodeName ||
  (nodeAt(facts, address) ?? nodeOfPodAddress(facts, address))?.metadata?.name ||
  undefined

/** Outside of a cluster that is not ours: no network there leads to a ClusterIP. To ours, every route of the fabric does. */
export const isOutside = (facts: ClusterFacts, address: string): boolean =>
  facts.network.foreign === true && homeOf(facts, address) === undefined && !inCidrs(facts.network.podCidrs, address)

/** Slices by Service, made once for each list: among ten thousand Services a search for each would take seconds. */
const sliceIndexes = new WeakMap<readonly EndpointSlice[], ReadonlyMap<string, readonly EndpointSlice[]>>()

function sliceIndex(slices: readonly EndpointSlice[]): ReadonlyMap<string, readonly EndpointSlice[]> {
  const known = sliceIndexes.get(slices)
  if (known !== undefined) return known
  const index = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const key = serviceKeyOf(slice)
    if (key === undefined) continue
    const list = index.get(key)
    if (list === undefined) index.set(key, [slice])
    else list.push(slice)
  }
  sliceIndexes.set(slices, index)
  return index
}

export const slicesOf = (facts: ClusterFacts, service: Service): readonly EndpointSlice[] =>
  sliceIndex(facts.slices).get(keyOf(service)) ?? []

/** Pods that a Service's selector matches, those included that are no endpoint of it. */
export const selectedPods = (facts: ClusterFacts, { metadata, spec }: Service): readonly Pod[] =>
  facts.pods.filter(
    (pod) => pod.metadata?.namespace === metadata?.namespace && matchesMap(spec?.selector, pod.metadata?.labels),
  )

/** The pod behind an endpoint: one with an address of its own, or one of the Service's that uses its node's. */
export const backendPod = (facts: ClusterFacts, address: string, service: Service | undefined): Pod | undefined =>
  podAt(facts, address) ??
  (service && selectedPods(facts, service).find((pod) => !isTerminal(pod) && podAddresses(pod).includes(address)))

export const clusterIpsOf = ({ spec }: Service): readonly string[] => {
  const given = spec?.clusterIPs?.length ? spec.clusterIPs : spec?.clusterIP ? [spec.clusterIP] : []
  return given.filter((ip) => ip !== 'None').map((ip) => canonical(ip) ?? ip)
}

export const ingressOf = ({ spec, status }: Service): readonly string[] =>
  spec?.type !== 'LoadBalancer'
    ? []
    : (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [canonical(ip) ?? ip] : []))

export const externalIpsOf = ({ spec }: Service): readonly string[] =>
  (spec?.externalIPs ?? []).map((ip) => canonical(ip) ?? ip)

/** The port of a Service by its number: TCP and UDP may have the same one. */
export const portAt = ({ spec }: Service, number: number, protocol: Protocol): ServicePort | undefined =>
  spec?.ports?.find((one) => one.port === number && (one.protocol || 'TCP') === protocol)

/** The port of a Service by its node port's number. */
export const nodePortAt = ({ spec }: Service, number: number, protocol: Protocol): ServicePort | undefined =>
  spec?.ports?.find((one) => one.nodePort === number && (one.protocol || 'TCP') === protocol)

export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
