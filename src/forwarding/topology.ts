import type { Endpoint } from './endpoint.ts'
import type { NodeFacts } from './node-facts.ts'

/** Which endpoints a service port has under each traffic policy, seen from one node. */
export interface CategorizedEndpoints {
  readonly cluster: readonly Endpoint[]
  readonly local: readonly Endpoint[]
  /** False: nobody anywhere could answer, so callers are refused, not dropped. */
  readonly any: boolean
  /** By which hints the Cluster set was narrowed. */
  readonly topology: 'none' | 'zone' | 'node'
}

type Node = Pick<NodeFacts, 'name' | 'zone'>

/**
 * Chooses endpoints as kube-proxy does (pkg/proxy/topology.go; KEP-1669, KEP-2433, KEP-3015, KEP-4444). Each policy by
 * itself: the ready ones; where there is none, those that still serve while they terminate. Hints narrow the Cluster
 * set only, and only ready endpoints have a say in them.
 */
export function categorizeEndpoints(endpoints: readonly Endpoint[], node: Node): CategorizedEndpoints {
  const isLocal = ({ nodeName }: Endpoint) => nodeName === node.name
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  const leaving = endpoints.filter((endpoint) => !endpoint.ready && endpoint.serving && endpoint.terminating)
  const topology = topologyByHints(ready, node)
  const near =
    topology === 'node'
      ? ready.filter(({ forNodes }) => forNodes.includes(node.name))
      : topology === 'zone'
        ? ready.filter(({ forZones }) => forZones.includes(node.zone as string))
        : ready
  const localReady = ready.filter(isLocal)
  return {
    cluster: near.length > 0 ? near : leaving,
    local: localReady.length > 0 ? localReady : leaving.filter(isLocal),
    any: ready.length + leaving.length > 0,
    topology,
  }
}

/**
 * A kind of hint counts only if every ready endpoint carries it and one of them is meant for here: a half-written set
 * of hints must not overload a few.
 */
function topologyByHints(ready: readonly Endpoint[], { name, zone }: Node): CategorizedEndpoints['topology'] {
  const counts = (hints: (endpoint: Endpoint) => readonly string[], here: string | undefined) =>
    here !== undefined &&
    ready.every((endpoint) => hints(endpoint).length > 0) &&
    ready.some((endpoint) => hints(endpoint).includes(here))
  if (counts(({ forNodes }) => forNodes, name)) return 'node'
  if (counts(({ forZones }) => forZones, zone)) return 'zone'
  return 'none'
}
