import { eligibleNodes, loadBalancerTargets, mergeTargets } from '#podnetwork/load-balancer.ts'
import type { ClusterFacts } from './facts.ts'
import { clusterIpsOf, externalIpsOf, inCidrs, nodeAt, nodeOfPodAddress, podAt, slicesOf } from './lookup.ts'
import { listed } from './names.ts'
import type { Source } from './source.ts'

/** Where a packet is first met by a node. */
export interface Entry {
  /** Names; the fabric takes one of several. None: nobody takes it. */
  readonly nodes: readonly string[]
  readonly fromNode: boolean
  /** Where it is sent from before it meets a node, in words. */
  readonly text: string
}

/** The fabric's choice for an address: as its routes say. */
export function entryOf(facts: ClusterFacts, source: Source, address: string): Entry {
  if (source.node !== undefined)
    return {
      nodes: [source.node],
      fromNode: source.onNode,
      text: source.onNode ? `starts on ${source.node} itself` : `leaves the pod for its node, ${source.node}`,
    }
  const names = facts.nodes.map(({ metadata }) => metadata?.name ?? '').sort()
  if (facts.network.foreign) return foreignEntry(facts, address, names)
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return { nodes: [node], fromNode: false, text: `${address} is ${node}` }
  const home = nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined) return { nodes: [home], fromNode: false, text: `pods of ${address} live on ${home}` }
  if (inCidrs(facts.network.serviceCidrs, address))
    return { nodes: names, fromNode: false, text: 'Service addresses lead to any node' }
  if (!inCidrs(facts.network.loadBalancerCidrs, address))
    return { nodes: [], fromNode: false, text: `no route of the cluster leads to ${address}` }
  return balancedEntry(facts, address)
}

/** Where the load balancer leads one of its addresses. */
function balancedEntry(facts: ClusterFacts, address: string): Entry {
  const eligible = eligibleNodes(facts.nodes)
  const targets = mergeTargets(
    facts.services.map((service) => loadBalancerTargets(service, slicesOf(facts, service), eligible)),
  )
  const nodes = targets.get(address) ?? []
  const text =
    nodes.length > 0
      ? `the load balancer leads ${address} to ${listed(nodes, 'or')}`
      : `the load balancer leads ${address} to no node`
  return { nodes, fromNode: false, text }
}

/** From outside into a cluster of which only the API is known: what lies between is somebody else’s. */
function foreignEntry(facts: ClusterFacts, address: string, names: readonly string[]): Entry {
  const to = (nodes: readonly string[], text: string): Entry => ({ nodes, fromNode: false, text })
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return to([node], `${address} is ${node}, if the network outside leads there`)
  const pod = podAt(facts, address)
  const home = pod?.spec?.nodeName || nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined)
    return to([home], `pods of ${address} live on ${home}, if the network outside has a route there`)
  if (inCidrs(facts.network.serviceCidrs, address) || facts.services.some((one) => clusterIpsOf(one).includes(address)))
    return to([], `no network outside leads to a ClusterIP, as a rule`)
  if (inCidrs(facts.network.loadBalancerCidrs, address)) return balancedEntry(facts, address)
  if (facts.services.some((one) => externalIpsOf(one).includes(address)))
    return to(names, `any node answers for ${address}, once the network outside leads it to one`)
  return to([], `nothing of the cluster is at ${address}`)
}
