import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { isPortFree } from '#kernel/sockets/socket.ts'
import { parseCidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { type PerFamily, perFamily } from '#net/per-family.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import type { RegistrySettings } from '#runtime/images/local/registry/registries-conf.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { fabricNamespace, hostLink } from '../machines/names.ts'
import { planDns, rangeOfDns } from './dns-address.ts'
import { planFamilies } from './families.ts'
import { freeRange, givenRange } from './free-range.ts'
import { invalid } from './given-ranges.ts'
import { fabricAddresses, givenPool, planLoadBalancer } from './load-balancer-range.ts'
import { type NodeSettings, planNodes } from './node-plan.ts'
import { clusterObstacles, type HostRoute, type Obstacle, routeObstacles } from './obstacles.ts'
import { planApiPorts, planNodePortAddresses, planNodePorts } from './ports.ts'
import type { RangeKind } from './range-candidates.ts'

/** The flags of `up`, as text: `V4,V6`, or one of them for a cluster of one family; absent: chosen here. */
export interface RangeFlags {
  readonly clusterCidr?: string
  readonly serviceCidr?: string
  readonly clusterDns?: string
  readonly nodeCidr?: string
  readonly loadBalancerCidr?: string
  /** `30000-32767` */
  readonly nodePortRange?: string
  /** `172.30.0.0/16,fd00:172:30::/64`: one or more. */
  readonly nodePortAddresses?: string
}

export interface ClusterRequest {
  readonly name: string
  readonly stateDir: string
  readonly nodes: number
  /** Of the first node, the second and so on. */
  readonly settings?: readonly NodeSettings[]
  /** Absent: as with Kubernetes 1.36. */
  readonly nodeMonitorGraceSeconds?: number
  readonly loadBalancer: 'pool' | 'none'
  readonly egress: boolean
  readonly ephemeral: boolean
  readonly audit: boolean
  /** How nodes get at registries; absent: as everybody does. */
  readonly registries?: RegistrySettings | undefined
  readonly allowHostAccess: boolean
  readonly without?: ClusterConfig['without'] | undefined
  readonly ranges: RangeFlags
  /** Those of the cluster where no range says it; absent: both. */
  readonly families?: readonly IpFamily[] | undefined
  /** Every other cluster of this machine. */
  readonly others: readonly ClusterConfig[]
}

/** What the machine has: routes, and whether a TCP port is free on an address. */
export interface Host {
  readonly routes: () => readonly HostRoute[]
  readonly isPortFree: (address: string, port: number) => boolean
}

export const KERNEL_HOST: Host = {
  routes: () => {
    using host = Rtnetlink.open()
    const links = new Map(host.links().map(({ index, name }) => [index, name]))
    return host.routes().map(({ destination, nextHops }) => {
      const link = links.get(nextHops[0]?.link ?? 0)
      return { destination, ...(link !== undefined && { link }) }
    })
  },
  isPortFree,
}

/**
 * Decides a cluster's addresses: given ranges as they are, the others at the first block that no cluster and no route
 * of the host uses (the default route apart). Throws ClusterError RANGE_INVALID (the flags are wrong, or contradict each
 * other), RANGE_TAKEN (names the route or the cluster), RANGE_EXHAUSTED.
 */
export function planCluster(request: ClusterRequest, host: Host = KERNEL_HOST): ClusterConfig {
  const { name, stateDir, ranges } = request
  const machine = [...clusterObstacles(request.others), ...routeObstacles(host.routes())]
  const { cluster, service, node } = planRanges(ranges, request.families, machine)
  const hostAddresses = perFamily(node, (range) => addressAt(parseCidr(range), 1))
  const nodes = planNodes(request, cluster, node)
  const own = ownRanges({ cluster, service, node })
  const loadBalancer = planLoadBalancer(ranges.loadBalancerCidr, node, { machine, own })
  const fabric = fabricAddresses(node, loadBalancer)
  for (const one of [...nodes.map(({ addresses }) => addresses), hostAddresses])
    refuseTakenAddress(one, {
      loadBalancer,
      fabric,
      node,
      nodes: nodes.length,
      isPoolGiven: ranges.loadBalancerCidr !== undefined,
    })
  return {
    name,
    stateDir,
    clusterCidr: cluster,
    serviceCidr: service,
    clusterDns: planDns(ranges.clusterDns, service),
    nodeCidr: node,
    loadBalancerCidr: loadBalancer,
    nodePortRange: planNodePorts(ranges.nodePortRange),
    nodePortAddresses: planNodePortAddresses(ranges.nodePortAddresses, nodes),
    loadBalancer: request.loadBalancer,
    egress: request.egress,
    ephemeral: request.ephemeral,
    audit: request.audit,
    ...(request.registries && { registries: request.registries }),
    allowHostAccess: request.allowHostAccess,
    ...(request.without && request.without.length > 0 && { without: request.without }),
    clusterDomain: 'cluster.local',
    nodeMonitorGraceSeconds: request.nodeMonitorGraceSeconds ?? NODE_MONITOR_GRACE_SECONDS,
    host: { addresses: hostAddresses, link: hostLink(name) },
    apiServer: planApiPorts(request.others, host),
    fabric: { namespace: fabricNamespace(name), addresses: fabric },
    nodes,
    sockets: { api: `${stateDir}/api.sock`, agent: `${stateDir}/agent.sock` },
  }
}

/** The addresses of a machine, where something else of the cluster has them. Throws ClusterError RANGE_INVALID. */
export function refuseTakenAddress(
  addresses: PerFamily,
  taken: {
    readonly loadBalancer: PerFamily
    readonly fabric: PerFamily
    readonly node: PerFamily
    readonly nodes: number
    /** Somebody has chosen the pool, and not we. */
    readonly isPoolGiven: boolean
  },
): void {
  const { loadBalancer, fabric, node, nodes, isPoolGiven } = taken
  for (const address of addresses) {
    const inPool = loadBalancer.some((range) => holds(parseCidr(range), address))
    if (inPool && isPoolGiven)
      throw invalid('load-balancer-cidr', loadBalancer.join(','), `holds ${address}, which is the address of a machine`)
    if (inPool || fabric.includes(address))
      throw invalid('node-cidr', node.join(','), `is too small for ${nodes} nodes and what else has addresses`)
  }
}

/** kube-controller-manager's --node-monitor-grace-period, and the least that our kubelets can keep to. */
const NODE_MONITOR_GRACE_SECONDS = 50
const LEAST_GRACE_SECONDS = 2

/** The most nodes of a cluster: they have the numbers of a byte, in addresses and names. */
export const MOST_NODES = 250

/**
 * Refuses what no machine could make, before this one is looked at. Throws ClusterError NODES_INVALID, RANGE_INVALID.
 */
export function checkRequest(request: Omit<ClusterRequest, 'others'>): void {
  const { nodes } = request
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES)
    throw new ClusterError('NODES_INVALID', `--nodes ${nodes}: a cluster has 1 to ${MOST_NODES} nodes`, {
      hint: `for example --nodes 3`,
    })
  const { nodeMonitorGraceSeconds: grace } = request
  if (grace !== undefined && !(grace >= LEAST_GRACE_SECONDS && grace <= 3600))
    throw new ClusterError(
      'GRACE_INVALID',
      `--node-monitor-grace-period ${grace}s: must be ${LEAST_GRACE_SECONDS}s to 1h`,
      { hint: 'for example --node-monitor-grace-period 10s' },
    )
  planCluster({ ...request, others: [] }, { routes: () => [], isPortFree: () => true })
}

type Ranges = Readonly<Record<RangeKind, PerFamily>>

const ownRanges = (ranges: Partial<Ranges>): readonly Obstacle[] =>
  Object.entries(ranges).flatMap(([kind, texts]) =>
    texts.map((text) => ({ range: parseCidr(text), what: `--${kind}-cidr ${text}` })),
  )

/** Pods, Services and nodes. Given ranges first, so that chosen ones keep out of their way. */
function planRanges(
  flags: RangeFlags,
  standard: readonly IpFamily[] | undefined,
  machine: readonly Obstacle[],
): Ranges {
  const families = planFamilies(
    {
      'cluster-cidr': flags.clusterCidr,
      'service-cidr': flags.serviceCidr,
      'node-cidr': flags.nodeCidr,
      'load-balancer-cidr': flags.loadBalancerCidr,
      'cluster-dns': flags.clusterDns,
    },
    standard,
  )
  const given = { cluster: flags.clusterCidr, service: flags.serviceCidr, node: flags.nodeCidr }
  const pool = flags.loadBalancerCidr === undefined ? [] : givenPool(flags.loadBalancerCidr)
  const ranges: Partial<Record<RangeKind, PerFamily>> = {}
  // The pool may lie in the range of the nodes.
  const obstacles = (kind: RangeKind) => ({ machine, own: [...ownRanges(ranges), ...(kind === 'node' ? [] : pool)] })
  const kinds = ['cluster', 'service', 'node'] as const
  for (const kind of kinds) {
    const flag = given[kind]
    if (flag !== undefined) ranges[kind] = givenRange(kind, flag, obstacles(kind))
  }
  if (ranges.service === undefined && flags.clusterDns !== undefined)
    ranges.service = rangeOfDns(flags.clusterDns, obstacles('service'))
  for (const kind of kinds) ranges[kind] ??= freeRange(kind, families, obstacles(kind))
  return ranges as Ranges
}
