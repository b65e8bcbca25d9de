import type { Service } from '#api/core/service/message.ts'
import { isClusterFirst, podResolver } from '#names/pod-resolver.ts'
import { EMPTY, type ResolvConf } from '#names/resolv-conf.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, find, nodeAddresses } from '../cluster/lookup.ts'
import type { OtherResolver } from '../trace/resolver.ts'
import type { Source } from './source.ts'

/** How a sender finds names. */
interface Resolver {
  /** It asks the cluster's DNS; where it does not, `other` says whom. */
  readonly asksCluster: boolean
  readonly other: OtherResolver
  /** Addresses of the cluster's DNS that it asks, in order. None: it asks somebody else, or nobody knows whom. */
  readonly servers: readonly string[]
  readonly conf: ResolvConf
}

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
export function resolverOf(facts: ClusterFacts, { sender, pod }: Source): Resolver {
  const { clusterDomain, resolvConf: host = EMPTY } = facts.network
  const service = clusterDnsOf(facts)
  const cluster = { clusterDns: service ? clusterIpsOf(service) : [], clusterDomain, host }
  const spec = pod?.spec ?? {}
  const conf = pod === undefined ? host : podResolver(spec, pod.metadata?.namespace ?? 'default', cluster)
  const answering = dnsAddresses(facts)
  const servers = conf.nameservers.filter((address) => answering.includes(address))
  const policy = spec.dnsPolicy || 'ClusterFirst'
  return {
    // Also where the cluster has no DNS that could be asked: then that is what is wrong.
    asksCluster: (pod !== undefined && isClusterFirst(spec)) || servers.length > 0,
    other:
      pod === undefined
        ? { kind: sender.kind === 'outside' ? 'outside' : 'machine' }
        : spec.hostNetwork && policy === 'ClusterFirst'
          ? { kind: 'host-network' }
          : { kind: 'policy', policy, servers: conf.nameservers },
    servers,
    conf,
  }
}
