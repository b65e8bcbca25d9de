import type { Node } from '#api/core/node/message.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { familyOfText, type PerFamily, perFamilyOf } from '#net/per-family.ts'
import type { Settings } from '../settings/settings.ts'

/** What a node's agent must know of its place in the cluster; of the families that Services have. */
export interface NodeFacts {
  readonly addresses: PerFamily
  /** None where nobody gives nodes ranges. */
  readonly podCidrs: readonly string[]
  readonly serviceCidrs: readonly string[]
}

/** The facts, or what is missing yet, in words. */
type FactsOrWhy = { readonly facts: NodeFacts } | { readonly missing: string }

/**
 * The facts of the node of that name. `ranges`: those that the API serves; where it serves none, the settings tell.
 * A node has one address of each family, the first InternalIP, as the kubelet gives them (ExternalIPs where there is no
 * other): what else it has does not count, as with kube-proxy.
 */
export const nodeFacts = (
  name: string,
  node: Node | undefined,
  ranges: readonly ServiceCIDR[],
  settings: Pick<Settings, 'serviceCidrs'>,
): FactsOrWhy => {
  const served = ranges.filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
  const found = [...new Set(served.flatMap(({ spec }) => spec?.cidrs ?? []))].toSorted()
  const serviceCidrs = found.length > 0 ? found : settings.serviceCidrs
  if (serviceCidrs.length === 0)
    return {
      missing: 'the API serves no ServiceCIDR, and settings name no serviceCidrs; fairlead install --service-cidr',
    }
  if (node === undefined) return { missing: `the API has no Node ${name}` }
  const has = (family: string) => serviceCidrs.some((cidr) => familyOfText(cidr) === family)
  const first = (family: string, type: string) =>
    node.status?.addresses?.find((one) => one.type === type && familyOfText(one.address) === family)?.address
  const addresses = perFamilyOf(
    (['IPv4', 'IPv6'] as const)
      .filter(has)
      .flatMap((family) => first(family, 'InternalIP') ?? first(family, 'ExternalIP') ?? []),
  )
  if (addresses === undefined) return { missing: `Node ${name} has no InternalIP of its Services’ families yet` }
  const families = addresses.map(familyOfText)
  const { podCIDRs = [], podCIDR } = node.spec ?? {}
  const podCidrs = podCIDRs.length > 0 ? podCIDRs : podCIDR ? [podCIDR] : []
  const ours = (cidr: string) => families.includes(familyOfText(cidr))
  return { facts: { addresses, podCidrs: podCidrs.filter(ours), serviceCidrs: serviceCidrs.filter(ours) } }
}
