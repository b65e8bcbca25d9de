import { RT_TABLE_MAIN } from '#kernel/rtnetlink/route.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { readSysctl, writeSysctls } from '#kernel/sysctl.ts'
import type { NetworkPlan, PlannedNextHop } from '#podnetwork/network-plan.ts'
import { type FoundNetwork, planDifferences, routeKey } from '#podnetwork/plan-differences.ts'
import { applyNetworkPlan } from './apply-network-plan.ts'

/** RTN_UNREACHABLE: it has a link of its own with IPv6, and leads nowhere. */
const UNREACHABLE = 7

/** What was found wrong, in words, and what keeps it so: undefined where it has been put right. */
export interface NetworkFaults {
  readonly found: readonly string[]
  readonly error: unknown
}

/** Reads the namespace of `rtnetlink`; of the settings those named alone, in the namespace at `path`. */
export const readNetwork = (rtnetlink: Rtnetlink, sysctls: NetworkPlan['sysctls'], path: string): FoundNetwork => {
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
  const settings = sysctls.map(([key]) => key.replace(/\?$/, ''))
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
    sysctls: new Map(settings.map((name) => [name, readSysctl(name, path)])),
  }
}

/**
 * Holds a plan against what is there, and puts right what differs. `remake` is for a link that is gone: whoever made it
 * makes it again. `read`: what is there, where several plans are of one namespace. Undefined where nothing differs;
 * throws nothing.
 */
export const mendNetwork = (
  rtnetlink: Rtnetlink,
  path: string,
  plan: NetworkPlan,
  remake?: () => void,
  read?: FoundNetwork,
): NetworkFaults | undefined => {
  let found: readonly string[] = []
  try {
    const there = read ?? readNetwork(rtnetlink, plan.sysctls, path)
    found = planDifferences(plan, there)
    if (found.length === 0) return undefined
    if (plan.sysctls.length > 0) writeSysctls(path, plan.sysctls)
    if (plan.links.some(({ name }) => !there.links.has(name))) remake?.()
    applyNetworkPlan(rtnetlink, plan)
    return { found, error: undefined }
  } catch (error) {
    return { found: found.length > 0 ? found : ['it cannot be read'], error }
  }
}
