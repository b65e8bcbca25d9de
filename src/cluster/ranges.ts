import { nodePortAddresses } from '#forwarding/node-facts.ts'
import { Rtnetlink } from '#kernel/rtnetlink.ts'
import { isPortFree } from '#kernel/socket.ts'
import { type Cidr, cidrSize, formatCidr, nthSubnet, overlaps, parseCidr, tryParseCidr } from '#net/cidr.ts'
import { addOffset, familyBits, formatAddress, tryParseAddress } from '#net/ip-address.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import { ClusterError } from './cluster-error.ts'
import type { ClusterConfig, NodeConfig } from './config.ts'
import { fabricNamespace, hostLink, nodeName, nodeNamespace } from './machines/names.ts'
import { RANGE_CANDIDATES, type RangeKind } from './range-candidates.ts'

type Pair = readonly [v4: string, v6: string]

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

/** What a range must not collide with, and its name for the message. */
export interface Obstacle {
  readonly range: Cidr
  readonly what: string
}

/** What the machine has: routes, and whether a TCP port is free on an address. */
export interface Host {
  readonly routes: () => readonly string[]
  readonly isPortFree: (address: string, port: number) => boolean
}

const API_PORT = 6443
/** Longest prefixes: room for a Service address of DNS, for the fabric, for two nodes with a few pods each. */
const LEAST: Readonly<Record<RangeKind, readonly [v4: number, v6: number]>> = {
  cluster: [25, 121],
  service: [28, 124],
  node: [28, 96],
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
 * Decides a cluster's addresses: given ranges as they are, the others at the first block that no cluster and no route of the host uses (the default route apart).
 * Throws ClusterError RANGE_INVALID, RANGE_TAKEN (names the route or the cluster), RANGE_EXHAUSTED.
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

function chooseRange(kind: RangeKind, flag: string | undefined, obstacles: readonly Obstacle[]): Pair {
  const collision = (candidate: Pair): Obstacle | undefined =>
    obstacles.find(({ range }) => candidate.some((text) => overlaps(parseCidr(text), range)))
  if (flag !== undefined) {
    const given = parsePair(`${kind}-cidr`, flag)
    for (const [family, text] of given.entries()) {
      const least = LEAST[kind][family] as number
      if (parseCidr(text).prefix > least) throw invalid(`${kind}-cidr`, flag, `${text} is too small: at most /${least}`)
    }
    const obstacle = collision(given)
    if (obstacle === undefined) return given
    throw new ClusterError('RANGE_TAKEN', `--${kind}-cidr ${flag} collides with ${obstacle.what}`, {
      hint: `give another range, or leave --${kind}-cidr out: a free one is chosen`,
    })
  }
  const free = RANGE_CANDIDATES[kind].find((candidate) => collision(candidate) === undefined)
  if (free !== undefined) return free
  const [first] = RANGE_CANDIDATES[kind]
  throw new ClusterError(
    'RANGE_EXHAUSTED',
    `no free block for --${kind}-cidr: ${collision(first as Pair)?.what} is in the way`,
    {
      hint: `give one that is free here: --${kind}-cidr V4,V6`,
    },
  )
}

function clusterObstacles(others: readonly ClusterConfig[]): readonly Obstacle[] {
  return others.flatMap((other) =>
    [other.clusterCidr, other.serviceCidr, other.nodeCidr, other.loadBalancerCidr].flatMap((one) =>
      one.map((text) => ({ range: parseCidr(text), what: `${text} of cluster ${other.name}` })),
    ),
  )
}

/** Routes of the host but default ones (also such that are split in two halves, as VPNs do) and those every host has. */
function routeObstacles(routes: readonly string[], others: readonly ClusterConfig[]): readonly Obstacle[] {
  const links = others.map(({ host }) => host.link).join(', ')
  return routes
    .map((text) => ({ text, range: tryParseCidr(text) }))
    .filter((one): one is { text: string; range: Cidr } => one.range !== undefined && one.range.prefix > 1)
    .filter(({ text }) => !/^(127\.|255\.255\.255\.255|::1\/|fe80:|ff)/.test(text))
    .map(({ text, range }) => ({
      range,
      what: `the host's route to ${text}${links === '' ? '' : ` (links of clusters: ${links})`}`,
    }))
}

function planNodes({ name, nodes }: ClusterRequest, cluster: Pair, node: Pair): readonly NodeConfig[] {
  const pods = pair(cluster, (range) => String(podPrefix(range, nodes)))
  const underlay = parseCidr(node[0])
  if (BigInt(nodes) + 4n > cidrSize(underlay))
    throw invalid('node-cidr', node.join(','), `is too small for ${nodes} nodes, the host and the fabric`)
  return Array.from({ length: nodes }, (_, index) => {
    const number = index + 1
    return {
      name: nodeName(number),
      namespace: nodeNamespace(name, nodeName(number)),
      addresses: pair(node, (range) => addressAt(range, number + 1)),
      podCidrs: pair(cluster, (range, family) => formatCidr(nthSubnet(range, Number(pods[family]), number))),
    }
  })
}

/** Size of a node's pod range: /24 and /64 where there is room, as upstream; a smaller cluster range is cut into at least sixteen. */
function podPrefix(range: Cidr, nodes: number): number {
  const wanted = range.address.family === 'IPv4' ? 24 : 64
  const prefix = Math.max(wanted, range.prefix + 4)
  const blocks = 1n << BigInt(Math.max(prefix - range.prefix, 0))
  // Block 0 stays unused: node 1 has 10.244.1.0/24.
  const least = familyBits(range.address.family) - 3
  if (prefix <= least && BigInt(nodes) < blocks) return prefix
  const text = formatCidr(range)
  throw invalid(
    'cluster-cidr',
    text,
    `has ${prefix <= least ? blocks - 1n : 0n} blocks of /${prefix}, for ${nodes} nodes`,
  )
}

/** The last but one address of the underlay that the load balancer's pool does not have: 172.30.254.254 of the default plan. */
function fabricAddress(node: string, loadBalancer: string): string {
  const [underlay, pool] = [parseCidr(node), parseCidr(loadBalancer)]
  const last = cidrSize(underlay) - 2n
  return holds(pool, addressAt(underlay, last)) ? formatAddress(addOffset(pool.address, -2)) : addressAt(underlay, last)
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

/** The pool: 172.30.255.0/24 and fd00:172:30:0:ff::/112 of the default underlay; of another, its last /24 (or last quarter), and ff in the same place. */
function planLoadBalancer(flag: string | undefined, node: Pair, obstacles: readonly Obstacle[]): Pair {
  const [v4, v6] = [parseCidr(node[0]), parseCidr(node[1])]
  if (flag === undefined) {
    const prefix = Math.min(Math.max(24, v4.prefix + 2), 30)
    const last = (1n << BigInt(prefix - v4.prefix)) - 1n
    return [
      formatCidr(nthSubnet(v4, prefix, last)),
      v6.prefix <= 64
        ? `${addressAt(v6, 0xffn << 48n)}/112`
        : formatCidr(nthSubnet(v6, Math.min(v6.prefix + 2, 126), 3)),
    ]
  }
  const given = parsePair('load-balancer-cidr', flag)
  for (const [family, text] of given.entries()) {
    const range = parseCidr(text)
    const underlay = parseCidr(node[family] as string)
    // Inside of the underlay is the usual place; beside it must be free.
    if (range.prefix > underlay.prefix && overlaps(range, underlay)) continue
    const obstacle = obstacles.find((one) => overlaps(range, one.range))
    if (obstacle !== undefined)
      throw new ClusterError('RANGE_TAKEN', `--load-balancer-cidr ${flag} collides with ${obstacle.what}`, {
        hint: 'give another range, or leave --load-balancer-cidr out',
      })
  }
  return given
}

function planNodePorts(flag = '30000-32767'): { readonly from: number; readonly to: number } {
  const [from = 0, to = 0] = /^\d{1,5}-\d{1,5}$/.test(flag) ? flag.split('-').map(Number) : []
  if (from < 1 || to > 65535 || from > to)
    throw new ClusterError('RANGE_INVALID', `--node-port-range ${flag}: must be FROM-TO within 1-65535`, {
      hint: 'for example --node-port-range 30000-32767',
    })
  return { from, to }
}

/** A range that holds no address of any node would close all node ports: surely not what was meant. */
function planNodePortAddresses(flag: string | undefined, nodes: readonly NodeConfig[]): readonly string[] {
  if (flag === undefined) return []
  return flag.split(',').map((part) => {
    const range = tryParseCidr(part.trim())
    if (range === undefined)
      throw invalid('nodeport-addresses', flag, 'must be ranges without host bits, one or more: 172.30.0.0/16')
    const text = formatCidr(range)
    if (nodes.every(({ addresses }) => nodePortAddresses(addresses, [text]).length === 0))
      throw invalid('nodeport-addresses', flag, `${text} holds no address of a node`)
    return text
  })
}

/** 6443 where it is free, else the next free one; on the underlay the address is the cluster's own, so only a listener on all addresses is in the way. */
function planApiPorts(others: readonly ClusterConfig[], host: Host): ClusterConfig['apiServer'] {
  const promised = new Set(others.map(({ apiServer }) => apiServer.hostPort))
  const find = (free: (port: number) => boolean): number => {
    for (let port = API_PORT; port < API_PORT + 1000; port++) if (free(port)) return port
    throw new ClusterError('PORT_EXHAUSTED', `no free TCP port from ${API_PORT} on for the API server`)
  }
  return {
    port: find((port) => host.isPortFree('127.0.0.2', port)),
    hostPort: find((port) => !promised.has(port) && host.isPortFree('127.0.0.1', port)),
  }
}

function parsePair(flag: string, text: string): Pair {
  const ranges = text.split(',').map((part) => tryParseCidr(part.trim()))
  const [v4, v6] = ranges
  if (ranges.length !== 2 || v4?.address.family !== 'IPv4' || v6?.address.family !== 'IPv6')
    throw invalid(flag, text, 'must be an IPv4 and an IPv6 range without host bits: 10.244.0.0/16,fd00:10:244::/56')
  return [formatCidr(v4), formatCidr(v6)]
}

function pair(ranges: Pair, make: (range: Cidr, family: 0 | 1) => string): Pair {
  return [make(parseCidr(ranges[0]), 0), make(parseCidr(ranges[1]), 1)]
}

function invalid(flag: string, text: string, why: string): ClusterError {
  return new ClusterError('RANGE_INVALID', `--${flag} ${text}: ${why}`, { hint: 'see docs/addresses.md for the plan' })
}
