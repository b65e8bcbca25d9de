import type { RouteOptions } from '#bgp/routes/route.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import type { Community } from '#pools/model.ts'

/** LOCAL_PREF where nobody says one. */
const USUAL_PREFERENCE = 100

/** What one peer is told of one prefix. */
interface Told {
  readonly communities: Set<string>
  readonly largeCommunities: Set<string>
  localPreference: number
}

/**
 * What peers are told, from all addresses. Where several addresses or advertisements come to one prefix, each peer is told
 * it once, with the communities of all of them and the highest preference. `peers`: names of those that there are.
 */
export const announcedRoutes = (
  planned: Iterable<PlannedAddress>,
  peers: readonly string[],
): readonly RouteOptions[] => {
  const prefixes = new Map<string, Map<string, Told>>()
  for (const { bgp } of planned)
    for (const { prefix, localPref = USUAL_PREFERENCE, communities, peers: named } of bgp) {
      const byPeer = prefixes.get(prefix) ?? new Map<string, Told>()
      prefixes.set(prefix, byPeer)
      for (const peer of peers) {
        if (named.length > 0 && !named.includes(peer)) continue
        const told = byPeer.get(peer) ?? { communities: new Set(), largeCommunities: new Set(), localPreference: 0 }
        byPeer.set(peer, told)
        for (const one of communities) add(told, one)
        told.localPreference = Math.max(told.localPreference, localPref)
      }
    }
  return [...prefixes].flatMap(([prefix, byPeer]) => routesOf(prefix, byPeer))
}

const add = ({ communities, largeCommunities }: Told, community: Community): void => {
  if (community.kind === 'large') largeCommunities.add(community.value.join(':'))
  else communities.add(`${Math.floor(community.value / 0x1_0000)}:${community.value % 0x1_0000}`)
}

/** Peers that are told the same of a prefix are told by one route. */
const routesOf = (prefix: string, byPeer: ReadonlyMap<string, Told>): readonly RouteOptions[] => {
  const routes = new Map<string, RouteOptions & { readonly peers: string[] }>()
  for (const [peer, { communities, largeCommunities, localPreference }] of byPeer) {
    const said = {
      communities: [...communities].sort(),
      largeCommunities: [...largeCommunities].sort(),
      localPreference,
    }
    const key = JSON.stringify(said)
    const route = routes.get(key)
    if (route) route.peers.push(peer)
    else routes.set(key, { prefix, ...said, peers: [peer] })
  }
  return [...routes.values()]
}
