import { parse } from 'yaml'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { type Cidr, containsCidr, formatCidr, parseCidr, tryParseCidr } from '#net/cidr.ts'
import { familyBits } from '#net/ip-address.ts'
import { familyOfText } from '#net/per-family.ts'
import { socketText } from '#net/port-protocol.ts'
import type { ClusterObjects } from './found.ts'

/** What is known of a cluster's ranges and names, and where it was found, for who has to believe it. */
interface FoundRanges {
  readonly clusterCidrs: readonly string[]
  readonly serviceCidrs: readonly string[]
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string | undefined
  readonly nodePortAddresses: readonly string[]
  /** `https://ADDRESS:PORT`. */
  readonly apiServers: readonly string[]
}

type Tree = Readonly<Record<string, unknown>> | undefined

/** A ConfigMap's file as YAML; undefined where it is not there or is none. */
const treeOf = (map: ConfigMap | undefined, file: string): Tree => {
  const text = map?.data?.[file]
  if (text === undefined) return undefined
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' && value !== null ? (value as Tree) : undefined
  } catch {
    return undefined
  }
}

const textAt = (tree: Tree, ...path: readonly string[]): string => {
  let value: unknown = tree
  for (const name of path) value = (value as Tree)?.[name]
  return typeof value === 'string' ? value : ''
}

const cidrsOf = (text: string): readonly string[] =>
  text.split(',').filter((one) => tryParseCidr(one, { hostBitsAllowed: true }) !== undefined)

const firstOf = (...lists: readonly (readonly string[])[]): readonly string[] =>
  lists.find((list) => list.length > 0) ?? []

/** What `kubeadm` and kube-proxy's own configuration say of ranges, where the API itself does not. */
export const foundRanges = (objects: ClusterObjects): FoundRanges => {
  const { serviceCidrs, dnsService, apiServerSlices, configMaps, nodes } = objects
  const proxy = treeOf(configMaps.get('kube-proxy'), 'config.conf')
  const kubeadm = treeOf(configMaps.get('kubeadm-config'), 'ClusterConfiguration')
  const nodePortAddresses = (proxy?.nodePortAddresses ?? []) as unknown
  return {
    clusterCidrs: firstOf(
      cidrsOf(textAt(proxy, 'clusterCIDR')),
      cidrsOf(textAt(kubeadm, 'networking', 'podSubnet')),
      roomOfNodes(nodes.flatMap(({ spec }) => spec?.podCIDRs ?? [])),
    ),
    serviceCidrs: firstOf(
      [...new Set(serviceCidrs.flatMap(({ spec }) => spec?.cidrs ?? []))],
      cidrsOf(textAt(kubeadm, 'networking', 'serviceSubnet')),
    ),
    clusterDns: (dnsService?.spec?.clusterIPs ?? []).filter((address) => address !== 'None'),
    clusterDomain: textAt(kubeadm, 'networking', 'dnsDomain') || domainOf(configMaps.get('coredns')),
    nodePortAddresses: Array.isArray(nodePortAddresses)
      ? nodePortAddresses.filter((one): one is string => typeof one === 'string' && tryParseCidr(one) !== undefined)
      : [],
    apiServers: apiServerSlices.flatMap(({ endpoints = [], ports = [] }) =>
      endpoints.flatMap(({ addresses = [], conditions }) =>
        conditions?.ready === false
          ? []
          : addresses.map((address) => `https://${socketText(address, ports?.[0]?.port ?? 443)}`),
      ),
    ),
  }
}

/** Nodes that may yet come have their ranges beside those that there are: this many bits of a node's number. */
const NODE_BITS = 8

/** The range, of each family, out of which nodes' ranges seem to be given: it holds them all, and room for 256. */
const roomOfNodes = (texts: readonly string[]): readonly string[] =>
  (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const [first, ...more] = texts.filter((text) => familyOfText(text) === family).map(parseCidr)
    if (first === undefined) return []
    let prefix = Math.max(0, first.prefix - NODE_BITS)
    while (!more.every((one) => containsCidr(shortened(first, prefix), one))) prefix--
    return [formatCidr(shortened(first, prefix))]
  })

const shortened = ({ address }: Cidr, prefix: number): Cidr => {
  const bits = BigInt(familyBits(address.family) - prefix)
  return { address: { family: address.family, value: (address.value >> bits) << bits }, prefix }
}

/** The zone of the plugin `kubernetes` in a Corefile. */
const domainOf = (coredns: ConfigMap | undefined): string | undefined =>
  /^\s*kubernetes\s+(\S+)/m.exec(coredns?.data?.Corefile ?? '')?.[1]?.replace(/\.$/, '')
