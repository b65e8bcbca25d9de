import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, find, nodeAddresses } from '../cluster/lookup.ts'
import type { OtherResolver } from '../trace/resolver.ts'
import type { Source } from './source.ts'

/** How a sender finds names. */
export interface Resolver {
  /** It asks the cluster's DNS; where it does not, `other` says whom. */
  readonly asksCluster: boolean
  readonly other: OtherResolver
  /** Addresses of the cluster's DNS that it asks, in order. None: it asks somebody else, or nobody knows whom. */
  readonly servers: readonly string[]
  /** What is put behind a name that has fewer dots than `ndots`, or that was not found by itself. */
  readonly searches: readonly string[]
  readonly ndots: number
}

const NDOTS = 5
const DNS_PORT = 53

const isDns = ({ metadata, spec }: Service): boolean =>
  metadata?.labels?.['k8s-app'] === 'kube-dns' &&
  (spec?.ports ?? []).some(({ port, protocol }) => port === DNS_PORT && protocol === 'UDP') &&
  spec?.clusterIP !== 'None'

/** The Service of the cluster's DNS: by the name that every cluster has it under, or by the label of those that do not. */
export const clusterDnsOf = ({ services }: ClusterFacts): Service | undefined =>
  find(services, 'kube-dns', 'kube-system') ?? services.find(isDns)

/** Addresses at which the cluster's DNS answers: of its Service, and of the nodes where each runs its own. */
function dnsAddresses(facts: ClusterFacts): readonly string[] {
  const service = clusterDnsOf(facts)
  return [
    ...(service ? clusterIpsOf(service) : []),
    ...(facts.network.dnsOnNodes ? facts.nodes.flatMap(nodeAddresses) : []),
  ]
}

/** As a kubelet writes /etc/resolv.conf by dnsPolicy and dnsConfig; nodes and the host have the machine's own. */
export function resolverOf(facts: ClusterFacts, { kind, pod }: Source): Resolver {
  const { clusterDomain, nameservers, searches = [] } = facts.network
  const servers = dnsAddresses(facts)
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod?.spec ?? {}
  const policy = dnsPolicy || 'ClusterFirst'
  const first =
    pod !== undefined && (policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !hostNetwork))
  const own = policy === 'None' || pod === undefined ? [] : (nameservers ?? [])
  const asked = pod === undefined ? (nameservers ?? []) : [...own, ...(dnsConfig?.nameservers ?? [])]
  const service = clusterDnsOf(facts)
  const namespace = pod?.metadata?.namespace ?? 'default'
  const added = dnsConfig?.searches ?? []
  const option = dnsConfig?.options?.find((one) => one.name === 'ndots')?.value
  return {
    asksCluster: first || asked.some((address) => servers.includes(address)),
    other:
      pod === undefined
        ? { kind: kind === 'outside' ? 'outside' : 'machine' }
        : hostNetwork && policy === 'ClusterFirst'
          ? { kind: 'host-network' }
          : { kind: 'policy', policy, servers: asked },
    servers: first ? (service ? clusterIpsOf(service) : []) : asked.filter((address) => servers.includes(address)),
    searches: [
      ...new Set([
        ...(first ? [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain] : []),
        ...(policy === 'None' && pod !== undefined ? [] : searches.filter((name) => !first || name !== '.')),
        ...added,
      ]),
    ],
    ndots: option === undefined || !/^\d+$/.test(option) ? (first ? NDOTS : 1) : Number(option),
  }
}
