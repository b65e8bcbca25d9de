import { formatCidr, nthAddress, tryParseCidr } from '#net/cidr.ts'
import { familyOf, type IpFamily } from '#net/ip-address.ts'
import { selects } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import type { AddressPool, Balancing, BgpAdvertisement, Community, L2Advertisement } from './model.ts'
import { anySelects, choosesPool, poolOf } from './pool-choice.ts'

/** A Service as it is led to from outside. */
export interface BalancedService {
  readonly key: string
  readonly labels: Labels | undefined
  readonly addresses: readonly string[]
  /** Nodes with an endpoint that takes traffic; undefined: any node leads there. */
  readonly localNodes: Readonly<Record<IpFamily, readonly string[]>> | undefined
}

/** A node as it may announce. */
export interface BalancerNode {
  readonly name: string
  readonly labels: Labels | undefined
  readonly isHealthy: boolean
  /** Somebody wants no load balancer to send there. */
  readonly isExcluded: boolean
}

/** How an address is told to BGP peers. */
interface BgpRoute {
  /** `192.0.2.0/24` */
  readonly prefix: string
  readonly localPref: number | undefined
  readonly communities: readonly Community[]
  /** Names of peers; none: all. */
  readonly peers: readonly string[]
}

/** What one node has to do with one address. */
export interface PlannedAddress {
  readonly address: string
  /** Keys of Services, in order. */
  readonly services: readonly string[]
  /** On the link: who may answer. Undefined: it is not announced there. */
  readonly l2:
    | {
        readonly fit: readonly string[]
        readonly weights: ReadonlyMap<string, number>
        /** Names on this node; none: all that lead outward. */
        readonly interfaces: readonly string[]
      }
    | undefined
  /** What this node tells peers: none where it does not lead there. */
  readonly bgp: readonly BgpRoute[]
}

interface Planning {
  readonly node: string
  readonly nodes: readonly BalancerNode[]
  readonly balancing: Balancing
  readonly services: Iterable<BalancedService>
}

interface Reach {
  readonly fit: readonly string[]
  readonly weights: ReadonlyMap<string, number>
  readonly interfaces: readonly string[]
}

const NO_NODES: Reach = { fit: [], weights: new Map(), interfaces: [] }

/** The healthy ones; where all are ill, it is who judges them that is ill, and they go on. */
const healthyOf = (nodes: readonly BalancerNode[]): readonly BalancerNode[] => {
  const healthy = nodes.filter((node) => node.isHealthy)
  return healthy.length > 0 ? healthy : nodes
}

/**
 * All addresses that Services have of pools, and who announces each. Whoever computes it from the same objects comes to the
 * same: only `interfaces` and `bgp` are this node's own. What two addresses have alike is computed once.
 */
export const planAnnouncements = ({
  node,
  nodes,
  balancing,
  services,
}: Planning): ReadonlyMap<string, PlannedAddress> => {
  const present = nodes.filter(({ isExcluded }) => !isExcluded)
  const me = nodes.find(({ name }) => name === node)
  // A peer leads to all that tell it: each node speaks for itself alone, as long as its session lives.
  const speaking = me && healthyOf(present).includes(me) ? me : undefined
  const reaches = new Map<string, Reach>()
  const reach = (ads: readonly L2Advertisement[], local: readonly string[] | undefined): Reach => {
    const key = JSON.stringify([ads.map((ad) => balancing.l2.indexOf(ad)), local])
    const known = reaches.get(key) ?? reachOf(ads, local, present, me)
    reaches.set(key, known)
    return known
  }
  const planned = new Map<string, PlannedAddress>()
  const ordered = [...services].sort((left, right) => (left.key < right.key ? -1 : 1))
  for (const service of ordered)
    for (const address of service.addresses) {
      const pool = poolOf(balancing.pools, address)
      if (!pool) continue
      const local = service.localNodes?.[familyOf(address)!]
      const ads = adsOf(balancing.l2, pool, service)
      const before = planned.get(address)
      const { fit, weights, interfaces } = ads.length > 0 ? reach(ads, local) : NO_NODES
      // Where Services share an address, who answers for it leads to all of them.
      const shared = before?.l2 ? fit.filter((name) => before.l2!.fit.includes(name)) : fit
      planned.set(address, {
        address,
        services: [...(before?.services ?? []), service.key],
        l2:
          ads.length > 0
            ? { fit: before?.l2 && shared.length === 0 ? before.l2.fit : shared, weights, interfaces }
            : before?.l2,
        bgp: before ? before.bgp : routesOf(address, adsOf(balancing.bgp, pool, service), local, speaking),
      })
    }
  return planned
}

const adsOf = <Ad extends L2Advertisement | BgpAdvertisement>(
  ads: readonly Ad[],
  pool: AddressPool,
  { labels }: BalancedService,
): readonly Ad[] => ads.filter((ad) => choosesPool(ad.pools, pool) && anySelects(ad.serviceSelectors, labels))

const reachOf = (
  ads: readonly L2Advertisement[],
  local: readonly string[] | undefined,
  present: readonly BalancerNode[],
  me: BalancerNode | undefined,
): Reach => {
  const locals = local && new Set(local)
  const here = present.filter(
    ({ name, labels }) => (!locals || locals.has(name)) && ads.some((ad) => anySelects(ad.nodeSelectors, labels)),
  )
  const weights = new Map<string, number>()
  for (const { name, labels } of here) {
    const weight = ads
      .flatMap(({ preferred }) => preferred)
      .reduce((sum, one) => sum + (selects(one.selector, labels ?? {}) ? one.weight : 0), 0)
    if (weight > 0) weights.set(name, weight)
  }
  const mine = ads.filter((ad) => me && anySelects(ad.nodeSelectors, me.labels)).map(({ interfaces }) => interfaces)
  return {
    fit: healthyOf(here)
      .map(({ name }) => name)
      .sort(),
    weights,
    interfaces: mine.some((names) => names.length === 0) ? [] : [...new Set(mine.flat())],
  }
}

const routesOf = (
  address: string,
  ads: readonly BgpAdvertisement[],
  local: readonly string[] | undefined,
  me: BalancerNode | undefined,
): readonly BgpRoute[] => {
  if (!me || (local && !local.includes(me.name))) return []
  return ads
    .filter((ad) => anySelects(ad.nodeSelectors, me.labels))
    .map(({ aggregation, localPref, communities, peers }) => ({
      prefix: prefixOf(address, aggregation[familyOf(address)!]),
      localPref,
      communities,
      peers,
    }))
}

const prefixOf = (address: string, length: number): string => {
  const cidr = tryParseCidr(`${address}/${length}`, { hostBitsAllowed: true })!
  return formatCidr({ address: nthAddress(cidr, 0), prefix: length })
}
