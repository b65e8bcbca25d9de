import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { isPortFree } from '#kernel/socket.ts'
import { parseCidr } from '#net/cidr.ts'
import { formatAddress, tryParseAddress } from '#net/ip-address.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import type { ClusterConfig } from '../config.ts'
import { fabricNamespace, hostLink } from '../machines/names.ts'
import { chooseRange } from './free-range.ts'
import { fabricAddress, planLoadBalancer } from './load-balancer-range.ts'
import { planNodes } from './node-plan.ts'
import { clusterObstacles, type Obstacle, routeObstacles } from './obstacles.ts'
import { planApiPorts, planNodePortAddresses, planNodePorts } from './ports.ts'
import type { RangeKind } from './range-candidates.ts'
import { invalid, type Pair, pair } from './range-pair.ts'

/** The flags of `up`, as text: pairs `v4,v6`; absent: chosen here. */
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
  readonly loadBalancer: 'pool' | 'none'
  readonly egress: boolean
  readonly ranges: RangeFlags
  /** Every other cluster of this machine. */
  readonly others: readonly ClusterConfig[]
}

/** What the machine has: routes, and whether a TCP port is free on an address. */
export interface Host {
  readonly routes: () => readonly string[]
  readonly isPortFree: (address: string, port: number) => boolean
}

/** fd00:172:30::fab:1 */
const FABRIC_V6_OFFSET = 0xfab0001n

const KERNEL_HOST: Host = {
  routes: () => {
    using host = Rtnetlink.open()
    return host.routes().map(({ destination }) => destination)
  },
  isPortFree,
}

/**
 * Decides a cluster's addresses: given ranges as they are, the others at the first block that no cluster and no route
 * of the host uses (the default route apart). Throws ClusterError RANGE_INVALID, RANGE_TAKEN (names the route or the
 * cluster), RANGE_EXHAUSTED.
 */
export function planCluster(request: ClusterRequest, host: Host = KERNEL_HOST): ClusterConfig {
  const { name, stateDir, ranges } = request
  const obstacles = [...clusterObstacles(request.others), ...routeObstacles(host.routes(), request.others)]
  const taken: Obstacle[] = []
  const choose = (kind: RangeKind, flag: string | undefined): Pair => {
    const chosen = chooseRange(kind, flag, [...obstacles, ...taken])
    for (const text of chosen) taken.push({ range: parseCidr(text), what: `this cluster's own --${kind}-cidr ${text}` })
    return chosen
  }
  // Given ranges first, so that chosen ones keep out of their way.
  const chosen: Partial<Record<RangeKind, Pair>> = {}
  const flags = { cluster: ranges.clusterCidr, service: ranges.serviceCidr, node: ranges.nodeCidr }
  const kinds = (['cluster', 'service', 'node'] as const).toSorted(
    (a, b) => Number(flags[a] === undefined) - Number(flags[b] === undefined),
  )
  for (const kind of kinds) chosen[kind] = choose(kind, flags[kind])
  const { cluster, service, node } = chosen as Record<RangeKind, Pair>
  const hostAddresses = pair(node, (range) => addressAt(range, 1))
  const nodes = planNodes(request, cluster, node)
  const loadBalancer = planLoadBalancer(ranges.loadBalancerCidr, node, [...obstacles, ...taken])
  for (const one of [...nodes.map(({ addresses }) => addresses), hostAddresses]) {
    const inside = one.find((address, family) => holds(parseCidr(loadBalancer[family] as string), address))
    if (inside !== undefined)
      throw invalid('load-balancer-cidr', loadBalancer.join(','), `holds ${inside}, which is the address of a machine`)
  }
  const fabricAddresses: Pair = [
    fabricAddress(node[0], loadBalancer[0]),
    addressAt(parseCidr(node[1]), FABRIC_V6_OFFSET),
  ]
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
    clusterDomain: 'cluster.local',
    host: { addresses: hostAddresses, link: hostLink(name) },
    apiServer: planApiPorts(request.others, host),
    fabric: { namespace: fabricNamespace(name), addresses: fabricAddresses },
    nodes,
    sockets: { api: `${stateDir}/api.sock`, agent: `${stateDir}/agent.sock` },
  }
}

function planDns(flag: string | undefined, service: Pair): Pair {
  if (flag === undefined) return pair(service, (range) => addressAt(range, 10))
  const parts = flag.split(',').map((part) => part.trim())
  const [v4, v6] = parts.map(tryParseAddress)
  if (parts.length !== 2 || v4?.family !== 'IPv4' || v6?.family !== 'IPv6')
    throw invalid('cluster-dns', flag, 'must be an IPv4 and an IPv6 address: 10.96.0.10,fd00:10:96::a')
  const addresses: Pair = [formatAddress(v4), formatAddress(v6)]
  for (const [family, address] of addresses.entries()) {
    if (!holds(parseCidr(service[family] as string), address))
      throw invalid('cluster-dns', flag, `${address} is not in --service-cidr ${service[family]}`)
    if (address === addressAt(parseCidr(service[family] as string), 1))
      throw invalid('cluster-dns', flag, `${address} belongs to the Service kubernetes`)
  }
  return addresses
}
