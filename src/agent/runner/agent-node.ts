import type { Taint } from '#api/core/node/taint.ts'
import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { sharingRuleset } from '#kernel/nftables/shared-ruleset.ts'
import { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import { bindUdp, connectTcp, listenTcp } from '#kernel/sockets/socket.ts'
import type { PerFamily } from '#net/per-family.ts'
import type { BetweenMode } from '#podnetwork/between/cluster-node.ts'
import type { NodeDnsOptions } from '../sources/node-dns-options.ts'
import type { SourceName } from '../sources/sources.ts'
import type { Part, PartDefinition, WrittenPart } from './part.ts'
import type { Place, PlaceKernel } from './place.ts'

/** A node, as its parts know it. */
export interface AgentNode extends Place {
  readonly addresses: PerFamily
  /** Where its own pods live; none where nobody gives nodes ranges. */
  readonly podCidrs: readonly string[]
  /** What its Node is made with. */
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** How long its kubelet's word holds that it lives; by default as with Kubernetes. */
  readonly leaseSeconds?: number
  /** This node's own folder. */
  readonly stateDir: string
  /** Takes away from its disk what nobody uses. */
  readonly makeRoom?: () => Promise<void>
  /** Name below /run/netns of a pod's network namespace. */
  readonly podNamespace: (uid: string) => string
  readonly cluster: ClusterFacts
  /** The cluster is somebody else's, and its DNS is answered here so: part `dns` is another then. */
  readonly nodeDns?: NodeDnsOptions
}

/** What all nodes of a cluster have in common. */
interface ClusterFacts {
  readonly clusterCidr: readonly string[]
  readonly serviceCidr: readonly string[]
  /** Of load balancers of ours between the nodes; elsewhere none. */
  readonly loadBalancerCidr: readonly string[]
  /** CIDRs; NodePorts answer on a node's addresses within them, on all where there are none. */
  readonly nodePortAddresses: readonly string[]
  /** None where nobody told. */
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  /** Pods may have of the machine what they ask for. */
  readonly allowHostAccess: boolean
  /** What others do here; absent: nothing. */
  readonly without?: readonly string[]
  /** Folder of all that the cluster has on disk. */
  readonly stateDir: string
  /** How pods get to other nodes, where the part `routes` leads them; absent: as by default. */
  readonly podNetwork?: PodNetworkFacts
}

/** Left out: `auto`, as large as the way of any pair allows, our own numbers, and masquerade of what leaves the cluster. */
interface PodNetworkFacts {
  readonly mode?: BetweenMode
  /** Bytes of the largest packet on pods' links. */
  readonly mtu?: number
  readonly vxlanId?: number
  readonly vxlanPort?: number
  readonly masquerade?: boolean
  /** `auto`: where pods have unique local addresses (RFC 4193). */
  readonly masqueradeIpv6?: 'auto' | 'always' | 'never'
  /** CIDRs outside of the cluster that know pods by their own addresses. */
  readonly nonMasqueradeCidrs?: readonly string[]
}

/** A part of a node. */
export const nodePart = <const S extends SourceName, P extends Part>(
  part: WrittenPart<AgentNode, S, P>,
): PartDefinition<AgentNode, P> => part

/** The kernel of the network namespace at `path`. */
export const kernelAt = (path: string): PlaceKernel => {
  const ruleset = { transactions: 0 }
  return {
    namespace: path,
    hasIpv6: hasIpv6(),
    nftables: () => sharingRuleset(openNftables(path), ruleset),
    conntrack: () => openConntrack(path),
    listen: (host, port, server) => listenTcp(path, host, port, server),
    datagrams: (host, port) => DatagramServer.bind(path, host, port),
    udp: (host) => bindUdp(path, host, 0),
    connect: (address, port) => connectTcp(path, address, port),
  }
}
