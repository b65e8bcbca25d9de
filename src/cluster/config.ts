import { isLeft, type LeftOut } from '#agent/left-out.ts'
import type { PerFamily } from '#net/per-family.ts'
import type { RegistrySettings } from '#runtime/images/local/registry/registries-conf.ts'

/**
 * One local cluster, as `fairlead up` decided it and `fairlead node` changed its nodes: STATE/NAME/cluster.json, read by
 * every process of ours. Addresses are canonical text.
 */
export interface ClusterConfig {
  readonly name: string
  /** Folder of everything that this cluster owns on disk. */
  readonly stateDir: string
  /** IPv4, IPv6 or both: all of the cluster's ranges and addresses are of the families that these are of. */
  readonly clusterCidr: PerFamily
  readonly serviceCidr: PerFamily
  readonly clusterDns: PerFamily
  readonly nodeCidr: PerFamily
  readonly loadBalancerCidr: PerFamily
  readonly nodePortRange: { readonly from: number; readonly to: number }
  /** CIDRs; NodePorts answer on a node's addresses within them, on all of them where there are none. */
  readonly nodePortAddresses: readonly string[]
  readonly loadBalancer: 'pool' | 'none'
  readonly egress: boolean
  /** Objects are in memory alone, and lost with the control plane. */
  readonly ephemeral: boolean
  /** Requests are told of in an audit log. */
  readonly audit: boolean
  /** How its nodes get at registries; absent in clusters that were made before it could be said. */
  readonly registries?: RegistrySettings
  /** Pods may have of the machine what they ask for: its folders, its processes, all rights. */
  readonly allowHostAccess: boolean
  /** What others do here, in the order of the list; absent: nothing. */
  readonly without?: readonly LeftOut[]
  readonly clusterDomain: string
  /** How long a node may say nothing until it counts as failed. */
  readonly nodeMonitorGraceSeconds: number
  /**
   * The host's own addresses on the underlay; the API server answers there, on `apiServer.port`, and on loopback, on
   * `apiServer.hostPort`.
   */
  readonly host: { readonly addresses: PerFamily; readonly link: string }
  readonly apiServer: { readonly port: number; readonly hostPort: number }
  readonly fabric: { readonly namespace: string; readonly addresses: PerFamily }
  readonly nodes: readonly NodeConfig[]
  /** Sockets of ours, Unix domain, mode 0600. */
  readonly sockets: { readonly api: string; readonly agent: string }
}

export interface NodeConfig {
  readonly name: string
  /**
   * From 1: its addresses, ranges, namespace and links follow from it. Whoever leaves gives its number back, and no other
   * node has another for that.
   */
  readonly number: number
  /** Name below /run/netns. */
  readonly namespace: string
  readonly addresses: PerFamily
  readonly podCidrs: PerFamily
  /**
   * Absent: it is up. `stopped`: as a machine without power; nothing of it stands but what is on the disk. `paused`: its
   * containers run, and nothing reaches it nor hears of it.
   */
  readonly state?: 'stopped' | 'paused'
  /** It is being taken away: nobody counts on it any more. */
  readonly leaving?: true
  /** What its Node is registered with. */
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly NodeTaint[]
}

export interface NodeTaint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** The nodes that have power, whether anybody hears of them or not. */
export const standing = ({ nodes }: Pick<ClusterConfig, 'nodes'>): readonly NodeConfig[] =>
  nodes.filter(({ state }) => state !== 'stopped')

/** Whether others do that here. */
export const leaves = ({ without = [] }: Pick<ClusterConfig, 'without'>, what: LeftOut): boolean =>
  isLeft(without, what)

/** The nodes that are up. */
export const nodesUp = ({ nodes }: Pick<ClusterConfig, 'nodes'>): readonly NodeConfig[] =>
  nodes.filter(({ state }) => state === undefined)
