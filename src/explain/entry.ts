import { eligibleNodes, loadBalancerTargets, mergeTargets } from '#podnetwork/load-balancer.ts'
import type { ClusterFacts } from './facts.ts'
import { inCidrs, nodeAt, nodeOfPodAddress, slicesOf } from './lookup.ts'
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
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return { nodes: [node], fromNode: false, text: `${address} is ${node}` }
  const home = nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined) return { nodes: [home], fromNode: false, text: `pods of ${address} live on ${home}` }
  if (inCidrs(facts.network.serviceCidrs, address))
    return { nodes: names, fromNode: false, text: 'Service addresses lead to any node' }
  if (!inCidrs(facts.network.loadBalancerCidrs, address))
    return { nodes: [], fromNode: false, text: `no route of the cluster leads to ${address}` }
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
