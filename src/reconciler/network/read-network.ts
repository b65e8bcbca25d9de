import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { RT_TABLE_MAIN } from '#kernel/rtnetlink/route.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { NetworkPlan, PlannedNextHop } from '#podnetwork/network-plan.ts'
import { type FoundNetwork, routeKey } from '#podnetwork/plan-differences.ts'

/** RTN_UNREACHABLE: it has a link of its own with IPv6, and leads nowhere. */
const UNREACHABLE = 7

/** Reads the namespace of `rtnetlink`, apart from its settings. */
export function readNetwork(rtnetlink: Rtnetlink): Omit<FoundNetwork, 'sysctls'> {
  const links = rtnetlink.links()
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const named = (index: number | undefined): string => names.get(index ?? 0) ?? ''
  const addresses = new Map<string, Set<string>>()
  for (const { link, address } of rtnetlink.addresses()) {
    const known = addresses.get(named(link)) ?? new Set()
    addresses.set(named(link), known.add(address))
  }
  const routes = new Map<string, { nextHops: readonly PlannedNextHop[]; source?: string }>()
  for (const { destination, nextHops, source, table, type } of rtnetlink.routes()) {
    const key = routeKey({ destination, table: table === RT_TABLE_MAIN ? undefined : table })
    const hops = type === UNREACHABLE ? [] : nextHops.map(({ link, gateway }) => ({ link: named(link), gateway }))
    // Some kernels list the hops of a multipath route of IPv6 apart.
    routes.set(key, { nextHops: [...(routes.get(key)?.nextHops ?? []), ...hops], source })
  }
  return {
    links: new Map(links.map(({ name, up, mtu, master }) => [name, { up, mtu, master: names.get(master ?? 0) }])),
    addresses,
    neighbours: new Map(
      rtnetlink
        .neighbours()
        .filter(({ permanent }) => permanent)
        .map(({ link, address, mac }) => [`${named(link)} ${address}`, mac]),
    ),
    routes,
    rules: new Set(rtnetlink.rules().map(({ family, mark, table }) => `${family} ${mark} ${table}`)),
  }
}

/** Those settings of the namespace at `path` that a plan names. */
export function readSettings(sysctls: NetworkPlan['sysctls'], path: string): FoundNetwork['sysctls'] {
  const names = sysctls.map(([key]) => key.replace(/\?$/, ''))
  return new Map(names.map((name) => [name, readSysctl(name, path)]))
}
