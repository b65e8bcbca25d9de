import { type Cidr, cidrSize, formatCidr, nthSubnet, parseCidr } from '#net/cidr.ts'
import { familyBits } from '#net/ip-address.ts'
import { type PerFamily, perFamily } from '#net/per-family.ts'
import { addressAt } from '#podnetwork/address-range.ts'
import type { NodeConfig } from '../config.ts'
import { nodeName, nodeNamespace } from '../machines/names.ts'
import { invalid } from './given-ranges.ts'

/** What may be said of a node before it is there. */
export interface NodeSettings extends Pick<NodeConfig, 'zone' | 'labels' | 'taints'> {
  /** Absent: `node-` and its number. */
  readonly name?: string
}

interface NodesRequest {
  readonly name: string
  readonly nodes: number
  /** Of the first, the second and so on. */
  readonly settings?: readonly NodeSettings[]
}

/**
 * The nodes with their addresses and pod ranges: node 1 has the second address of the underlay. Throws ClusterError
 * RANGE_INVALID.
 */
export function planNodes(request: NodesRequest, cluster: PerFamily, node: PerFamily): readonly NodeConfig[] {
  return Array.from({ length: request.nodes }, (_, index) =>
    planNode({ cluster: request.name, number: index + 1, most: request.nodes, ...request.settings?.[index] }, [
      cluster,
      node,
    ]),
  )
}

/**
 * One node by its number, in the ranges of pods and nodes; `most`: the highest number that must fit beside it. Throws
 * ClusterError RANGE_INVALID.
 */
export function planNode(
  asked: NodeSettings & { readonly cluster: string; readonly number: number; readonly most: number },
  [pods, node]: readonly [pods: PerFamily, nodes: PerFamily],
): NodeConfig {
  const { cluster, number, most, name = nodeName(number), zone, labels, taints } = asked
  // Whatever is wrong with pods' ranges comes first.
  const podCidrs = perFamily(pods, (text) => {
    const range = parseCidr(text)
    return formatCidr(nthSubnet(range, podPrefix(range, most), number))
  })
  if (node.some((range) => BigInt(most) + 4n > cidrSize(parseCidr(range))))
    throw invalid('node-cidr', node.join(','), `is too small for ${most} nodes, the host and the fabric`)
  return {
    name,
    number,
    namespace: nodeNamespace(cluster, nodeName(number)),
    addresses: perFamily(node, (range) => addressAt(parseCidr(range), number + 1)),
    podCidrs,
    ...(zone !== undefined && { zone }),
    ...(labels !== undefined && { labels }),
    ...(taints !== undefined && { taints }),
  }
}

/**
 * Size of a node's pod range: /24 and /64 where there is room, as upstream; a smaller cluster range is cut into at
 * least sixteen.
 */
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
