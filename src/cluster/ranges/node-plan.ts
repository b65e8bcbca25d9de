import { type Cidr, cidrSize, formatCidr, nthSubnet, parseCidr } from '#net/cidr.ts'
import { familyBits } from '#net/ip-address.ts'
import { addressAt } from '#podnetwork/address-range.ts'
import type { NodeConfig } from '../config.ts'
import { nodeName, nodeNamespace } from '../machines/names.ts'
import { invalid, type Pair, pair } from './range-pair.ts'

/**
 * The nodes with their addresses and pod ranges: node 1 has the second address of the underlay. Throws ClusterError
 * RANGE_INVALID.
 */
export function planNodes(
  { name, nodes }: { readonly name: string; readonly nodes: number },
  cluster: Pair,
  node: Pair,
): readonly NodeConfig[] {
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
