import { parse } from 'yaml'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { tryParseCidr } from '#net/cidr.ts'
import { socketText } from '#net/port-protocol.ts'
import type { ClusterObjects } from './found.ts'

/** What is known of a cluster's ranges and names, and where it was found, for who has to believe it. */
export interface FoundRanges {
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
    clusterCidrs: firstOf(cidrsOf(textAt(proxy, 'clusterCIDR')), cidrsOf(textAt(kubeadm, 'networking', 'podSubnet')), [
      ...new Set(nodes.flatMap(({ spec }) => spec?.podCIDRs ?? [])),
    ]),
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

/** The zone of the plugin `kubernetes` in a Corefile. */
const domainOf = (coredns: ConfigMap | undefined): string | undefined =>
  /^\s*kubernetes\s+(\S+)/m.exec(coredns?.data?.Corefile ?? '')?.[1]?.replace(/\.$/, '')
