import type { Node } from '#api/core/node/message.ts'
import { formatCidr, tryParseCidr } from '#net/cidr.ts'
import { formatAddress, tryParseAddress } from '#net/ip-address.ts'
import { familyOfText } from '#net/per-family.ts'
import { POD_NETWORK_MODE_ANNOTATION } from '#objects/well-known.ts'
import type { BetweenMode, ClusterNode } from '#podnetwork/between/cluster-node.ts'

/** What a node may say of the way to it. */
const SAID: readonly BetweenMode[] = ['routed', 'vxlan']

/**
 * What ways between nodes follow from, of a Node as the API has it. Of each family the first InternalIP counts, as the kubelet
 * gives them. What is no address or no range is not there, nor is what is of IPv6 where this machine has none.
 */
export function clusterNodeOf({ metadata, spec, status }: Node, hasIpv6 = true): ClusterNode {
  const isUsable = (text: string) => hasIpv6 || familyOfText(text) === 'IPv4'
  const internal = (status?.addresses ?? []).flatMap(({ type, address }) => {
    const parsed = type === 'InternalIP' ? tryParseAddress(address) : undefined
    return parsed === undefined || !isUsable(address) ? [] : [formatAddress(parsed)]
  })
  const firsts = (['IPv4', 'IPv6'] as const).flatMap(
    (family) => internal.find((address) => familyOfText(address) === family) ?? [],
  )
  const { podCIDRs = [], podCIDR } = spec ?? {}
  const ranges = podCIDRs.length > 0 ? podCIDRs : podCIDR ? [podCIDR] : []
  const said = metadata?.annotations?.[POD_NETWORK_MODE_ANNOTATION]
  return {
    name: metadata?.name ?? '',
    addresses: firsts,
    podCidrs: ranges.flatMap((text) => {
      const cidr = tryParseCidr(text, { hostBitsAllowed: true })
      return cidr === undefined || !isUsable(text) ? [] : [formatCidr(cidr)]
    }),
    mode: SAID.find((one) => one === said),
    created: metadata?.creationTimestamp ?? '',
  }
}
