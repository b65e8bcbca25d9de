import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { EMPTY, type ResolvConf } from './resolv-conf.ts'

/** What a cluster gives the resolvers of its pods. */
export interface ClusterResolver {
  /** Addresses of the cluster's DNS. */
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  /** The machine's own, for dnsPolicy Default. */
  readonly host: ResolvConf
}

type DnsSpec = Pick<PodSpec, 'dnsPolicy' | 'dnsConfig' | 'hostNetwork'>

/**
 * Whether a pod's resolver asks the cluster's DNS first. On the node's network the node's own names come first:
 * ClusterFirst means Default there, unless asked for by its own name.
 */
export const isClusterFirst = ({ dnsPolicy, hostNetwork }: DnsSpec): boolean =>
  dnsPolicy === 'ClusterFirstWithHostNet' || ((dnsPolicy || 'ClusterFirst') === 'ClusterFirst' && hostNetwork !== true)

/** What the cluster's DNS is searched with from a namespace (Kubernetes DNS specification 1.1.0, section 2.6). */
export const clusterSearches = (namespace: string, domain: string): readonly string[] => [
  `${namespace}.svc.${domain}`,
  `svc.${domain}`,
  domain,
]

const base = (spec: DnsSpec, namespace: string, { clusterDns, clusterDomain, host }: ClusterResolver): ResolvConf => {
  if (spec.dnsPolicy === 'None') return EMPTY
  if (!isClusterFirst(spec)) return host
  return {
    nameservers: clusterDns,
    searches: [...clusterSearches(namespace, clusterDomain), ...host.searches.filter((name) => name !== '.')],
    options: ['ndots:5'],
  }
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)]

/** Options of `over` win over those of the same name before: `ndots:2` replaces `ndots:5`. */
const mergeOptions = (under: readonly string[], over: readonly string[]): readonly string[] => {
  const byName = new Map(under.map((option) => [option.split(':')[0], option]))
  for (const option of over) byName.set(option.split(':')[0], option)
  return [...byName.values()]
}

/** The resolver that a pod is given, by its dnsPolicy and dnsConfig. */
export const podResolver = (spec: DnsSpec, namespace: string, cluster: ClusterResolver): ResolvConf => {
  const from = base(spec, namespace, cluster)
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {}
  const texts = options.map(({ name, value }) =>
    value === undefined || value === '' ? (name ?? '') : `${name}:${value}`,
  )
  return {
    nameservers: unique([...from.nameservers, ...nameservers]),
    searches: unique([...from.searches, ...searches]),
    options: mergeOptions(from.options, texts),
  }
}
