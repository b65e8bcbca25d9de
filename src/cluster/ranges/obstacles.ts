import { type Cidr, parseCidr, tryParseCidr } from '#net/cidr.ts'
import type { ClusterConfig } from '../config.ts'

/** What a range must not collide with, and its name for the message. */
export interface Obstacle {
  readonly range: Cidr
  readonly what: string
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
 * Routes of the host but default ones (also such that are split in two halves, as VPNs do) and those every host has.
 */
export function routeObstacles(routes: readonly string[], others: readonly ClusterConfig[]): readonly Obstacle[] {
  const links = others.map(({ host }) => host.link).join(', ')
  return routes
    .map((text) => ({ text, range: tryParseCidr(text) }))
    .filter((one): one is { text: string; range: Cidr } => one.range !== undefined && one.range.prefix > 1)
    .filter(({ text }) => !/^(127\.|255\.255\.255\.255|::1\/|fe80:|ff)/.test(text))
    .map(({ text, range }) => ({
      range,
      what: `the host's route to ${text}${links === '' ? '' : ` (links of clusters: ${links})`}`,
    }))
}
