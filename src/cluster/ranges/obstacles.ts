import { type Cidr, parseCidr, tryParseCidr } from '#net/cidr.ts'
import type { ClusterConfig } from '../config.ts'

/** What a range must not collide with, and its name for the message. */
export interface Obstacle {
  readonly range: Cidr
  readonly what: string
}

/** A route of the host, and the link that it leads out by, where it has one. */
export interface HostRoute {
  readonly destination: string
  readonly link?: string
}

/** Every range of the other clusters. */
export function clusterObstacles(others: readonly ClusterConfig[]): readonly Obstacle[] {
  return others.flatMap((other) =>
    [other.clusterCidr, other.serviceCidr, other.nodeCidr, other.loadBalancerCidr].flatMap((one) =>
      one.map((text) => ({ range: parseCidr(text), what: `${text} of cluster ${other.name}` })),
    ),
  )
}

/**
 * Routes of the host but default ones (also such that are split in two halves, as VPNs do) and those every host has. The
 * link tells whose it is: `docker0`, `wg0`, or `fl-NAME` of a cluster that is not listed any more.
 */
export function routeObstacles(routes: readonly HostRoute[]): readonly Obstacle[] {
  return routes.flatMap(({ destination, link }) => {
    const range = tryParseCidr(destination)
    if (range === undefined || range.prefix <= 1) return []
    if (/^(127\.|255\.255\.255\.255|::1\/|fe80:|ff)/.test(destination)) return []
    return [{ range, what: `the host's route to ${destination}${link === undefined ? '' : ` (link ${link})`}` }]
  })
}
