import { constants } from 'node:os'
import type { NetlinkRequest } from '#kernel/netlink/netlink-message.ts'
import { newAddress } from '#kernel/rtnetlink/address.ts'
import { changeLink } from '#kernel/rtnetlink/link.ts'
import { newNeighbour } from '#kernel/rtnetlink/neighbour.ts'
import { replaceRoute } from '#kernel/rtnetlink/route.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { newRule } from '#kernel/rtnetlink/rule.ts'
import { type Cidr, formatCidr, tryParseCidr } from '#net/cidr.ts'
import { type NetworkPlan, plannedFamilies } from '#podnetwork/network-plan.ts'

/**
 * Brings the links of a plan up and gives them their addresses, neighbours and routes, in the namespace of `rtnetlink`,
 * in one system call. The links must be there; what is already so stays so. Settings (sysctls) are written before links
 * are made: not here. Throws KernelError RTNETLINK_FAILED.
 */
export function applyNetworkPlan(rtnetlink: Rtnetlink, plan: NetworkPlan): void {
  const indexes = new Map<string, number>()
  const index = (link: string): number => {
    const known = indexes.get(link) ?? rtnetlink.linkIndex(link)
    indexes.set(link, known)
    return known
  }
  const routed = new Set(plan.routes.map(({ destination }) => destination))
  const requests: NetlinkRequest[] = []
  for (const { name, alias, addresses, mtu, master } of plan.links) {
    const port = master === undefined ? undefined : index(master)
    requests.push(changeLink(index(name), { up: true, alias, mtu, master: port }))
    // Where the plan has the route itself, so that it is looked after, the kernel makes none.
    for (const address of addresses) requests.push(newAddress(index(name), address, routed.has(networkOf(address))))
  }
  for (const { link, address, mac } of plan.neighbours) requests.push(newNeighbour(index(link), address, mac))
  for (const { destination, nextHops, source, table } of plan.routes) {
    const hops = nextHops.map(({ link, gateway, onlink }) => ({ link: index(link), gateway, onlink }))
    requests.push(replaceRoute({ destination, nextHops: hops, source, table }))
  }
  const families = plannedFamilies(plan)
  for (const rule of plan.rules ?? []) requests.push(...families.map((family) => newRule({ family, ...rule })))
  rtnetlink.apply(requests, [constants.errno.EEXIST])
}

/** `172.30.0.0/16` of `172.30.0.2/16`. */
const networkOf = (address: string): string => formatCidr(tryParseCidr(address, { hostBitsAllowed: true }) as Cidr)
