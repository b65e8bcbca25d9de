import { balancedNodes, isBalanced, LoadBalancer } from '#forwarding/load-balancer.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf, splitKey } from '#objects/object-key.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, externalIpsOf, inCidrs, nodeAt, nodeOfPodAddress, podAt, slicesOf } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { Source } from '../resolve/source.ts'
import type { Balanced, BalancedNowhere, Entry } from '../trace/walk/entry.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'

/** Where a packet is first met by a node. */
interface Entrance {
  /** Names; the fabric takes one of several. None: nobody takes it. */
  readonly nodes: readonly string[]
  readonly fromNode: boolean
  readonly entry: Entry
  /** Where no node takes it. */
  readonly verdict: PathOutcome['verdict']
}

const entrance = (nodes: readonly string[], entry: Entry): Entrance => ({
  nodes,
  fromNode: false,
  entry,
  verdict: entry.way === 'balanced' && entry.refused ? 'reject' : 'unreachable',
})

/** The fabric's choice for a packet: as its rules and routes say. */
export function entranceOf(facts: ClusterFacts, source: Source, target: Target, protocol: Protocol): Entrance {
  const { address } = target
  const { node: own, onNode } = source
  if (own !== undefined)
    return { ...entrance([own], { way: onNode ? 'from-node' : 'from-pod', node: own }), fromNode: onNode }
  const names = facts.nodes.map(({ metadata }) => metadata?.name ?? '').sort()
  if (facts.network.foreign) return foreignEntrance(facts, target, protocol, names)
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return entrance([node], { way: 'node', address, node, assumed: false })
  const home = nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined) return entrance([home], { way: 'node-of-pods', address, node: home, assumed: false })
  if (inCidrs(facts.network.serviceCidrs, address)) return entrance(names, { way: 'any-node' })
  if (!inCidrs(facts.network.loadBalancerCidrs, address)) return entrance([], { way: 'no-route', address })
  return balancedEntrance(facts, target, protocol)
}

const balancedEntrance = (facts: ClusterFacts, target: Target, protocol: Protocol): Entrance => {
  const entry = balanced(facts, target, protocol)
  return entrance(entry.nodes, entry)
}

/** Where the load balancer leads what comes for one of its addresses. */
export function balanced(facts: ClusterFacts, to: Target, protocol: Protocol): Balanced {
  const { address, port } = to
  const balancer = new LoadBalancer(facts.network.loadBalancerCidrs)
  for (const service of facts.services)
    if (isBalanced(service)) balancer.set(keyOf(service), service, slicesOf(facts, service))
  const served = balancer.frontends(balancedNodes(facts.nodes)).filter((one) => one.address === address)
  const found = served.find((one) => one.port === port && one.protocol === protocol)
  const nowhere = (why: BalancedNowhere, refused: boolean): Balanced => ({
    way: 'balanced',
    to,
    protocol,
    nodes: [],
    refused,
    why,
  })
  if (found !== undefined && found.nodes.length > 0)
    return { way: 'balanced', to, protocol, nodes: [...new Set(found.nodes)], refused: false }
  if (served.length === 0) return nowhere({ code: 'no-service' }, false)
  // What becomes of it at somebody else’s is not known.
  if (facts.network.foreign) return nowhere({ code: 'no-node' }, false)
  if (found !== undefined) return nowhere({ code: 'no-node' }, true)
  const owners = [...new Set(served.map(({ servicePort }) => servicePort.slice(0, servicePort.indexOf(':'))))]
  const services = owners.map((key) => ({ kind: 'Service', ...splitKey(key) }))
  const ports = served.map((one) => ({ port: one.port, protocol: one.protocol }))
  return nowhere({ code: 'not-served', services, ports }, true)
}

/** From outside into a cluster of which only the API is known: what lies between is somebody else’s. */
function foreignEntrance(facts: ClusterFacts, target: Target, protocol: Protocol, names: readonly string[]): Entrance {
  const { address } = target
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return entrance([node], { way: 'node', address, node, assumed: true })
  const home = podAt(facts, address)?.spec?.nodeName || nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined) return entrance([home], { way: 'node-of-pods', address, node: home, assumed: true })
  if (inCidrs(facts.network.serviceCidrs, address) || facts.services.some((one) => clusterIpsOf(one).includes(address)))
    return entrance([], { way: 'cluster-ip-from-outside' })
  if (inCidrs(facts.network.loadBalancerCidrs, address)) return balancedEntrance(facts, target, protocol)
  if (facts.services.some((one) => externalIpsOf(one).includes(address)))
    return entrance(names, { way: 'any-node-once-reached', address })
  return entrance([], { way: 'nothing-there', address })
}
