import { constants } from 'node:os'
import { HOME_NETWORK } from '#kernel/namespaces/namespace.ts'
import { readSysctl, writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { deleteLink } from '#kernel/rtnetlink/link.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { hostLinkPlan } from '#podnetwork/machine-plan.ts'
import { withoutIpv6 } from '#podnetwork/network-plan.ts'
import { applyNetworkPlan } from '#reconciler/network/apply-network-plan.ts'
import type { ClusterConfig } from '../config.ts'

/**
 * The host's end of its cable: addresses, routes and the link's own settings. Without IPv6 on the host, or on new links of it, it is IPv4 only.
 * Whether it has IPv6.
 */
export function routeHostLink(config: ClusterConfig): boolean {
  using host = Rtnetlink.open()
  const ipv6 = linkHasIpv6(config.host.link)
  const plan = ipv6 ? hostLinkPlan(config) : withoutIpv6(hostLinkPlan(config))
  // Before the link is up: what is learnt once, stays.
  writeSysctls(HOME_NETWORK, plan.sysctls)
  applyNetworkPlan(host, plan)
  return ipv6
}

/** Removes the host's link and with it every route of ours on the host, at once. Whether it was there. */
export function removeHostLink(name: string): boolean {
  using host = Rtnetlink.open()
  // A stranger's link may have that name: ours is a veth.
  if (host.link(name)?.kind !== 'veth') return false
  host.apply([deleteLink(name)], [constants.errno.ENODEV])
  return true
}

/** Whether the host's link has IPv6; where the link is gone, whether a new one of the host would have it. */
export const hostLinkHasIpv6 = ({ host }: Pick<ClusterConfig, 'host'>): boolean => {
  const there = readSysctl(`ipv6/conf/${host.link}/disable_ipv6`)
  return (there ?? readSysctl('ipv6/conf/default/disable_ipv6')) === '0'
}

const linkHasIpv6 = (link: string): boolean => readSysctl(`ipv6/conf/${link}/disable_ipv6`) === '0'
