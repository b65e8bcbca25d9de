import { balancedNodes, isBalanced, LoadBalancer } from '#forwarding/load-balancer.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, externalIpsOf, inCidrs, nodeAt, nodeOfPodAddress, podAt, slicesOf } from '../cluster/lookup.ts'
import { nameOf, withProtocol } from '../cluster/names.ts'
import type { PathOutcome } from '../explanation.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { Source } from '../resolve/source.ts'
import { listed } from '../words/text.ts'

/** Where a packet is first met by a node. */
export interface Entry {
  /** Names; the fabric takes one of several. None: nobody takes it. */
  readonly nodes: readonly string[]
  readonly fromNode: boolean
  /** Where it is sent from before it meets a node, in words. */
  readonly text: string
  /** Where no node takes it. Left out: unreachable. */
  readonly verdict?: PathOutcome['verdict']
}

/** The fabric's choice for a packet: as its rules and routes say. */
export function entryOf(facts: ClusterFacts, source: Source, target: Target, protocol: Protocol): Entry {
  const { address } = target
  if (source.node !== undefined)
    return {
      nodes: [source.node],
      fromNode: source.onNode,
      text: source.onNode ? `starts on ${source.node} itself` : `leaves the pod for its node, ${source.node}`,
    }
  const names = facts.nodes.map(({ metadata }) => metadata?.name ?? '').sort()
  if (facts.network.foreign) return foreignEntry(facts, target, protocol, names)
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return { nodes: [node], fromNode: false, text: `${address} is ${node}` }
  const home = nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined) return { nodes: [home], fromNode: false, text: `pods of ${address} live on ${home}` }
  if (inCidrs(facts.network.serviceCidrs, address))
    return {
      nodes: names,
      fromNode: false,
      text: 'Service addresses lead to any node, one client to the same for each address',
    }
  if (!inCidrs(facts.network.loadBalancerCidrs, address))
    return { nodes: [], fromNode: false, text: `no route of the cluster leads to ${address}` }
  return balancedEntry(facts, target, protocol)
}

/** Where the load balancer leads what comes for one of its addresses. */
export function balancedEntry(facts: ClusterFacts, { address, port }: Target, protocol: Protocol): Entry {
  const balancer = new LoadBalancer(facts.network.loadBalancerCidrs)
  for (const service of facts.services)
    if (isBalanced(service)) balancer.set(nameOf(service), service, slicesOf(facts, service))
  const served = balancer.frontends(balancedNodes(facts.nodes)).filter((one) => one.address === address)
  const found = served.find((one) => one.port === port && one.protocol === protocol)
  const entry = { nodes: found?.nodes ?? [], fromNode: false }
  const text = withProtocol(address, port, protocol)
  if (entry.nodes.length > 0)
    return { ...entry, text: `the load balancer leads ${text} to ${listed(entry.nodes, 'or')}` }
  if (served.length === 0) return { ...entry, text: `no Service has ${address}: the load balancer leads it to no node` }
  // What becomes of it at somebody else’s is not known.
  if (facts.network.foreign) return { ...entry, text: `the load balancer leads ${text} to no node` }
  const owners = [...new Set(served.map(({ servicePort }) => servicePort.slice(0, servicePort.indexOf(':'))))]
  const ports = served.map((one) => `${one.port}/${one.protocol}`)
  const why =
    found === undefined
      ? `${address} is the load balancer address of ${listed(owners)}, which ${owners.length === 1 ? 'serves' : 'serve'} ${listed(ports)} there, and not ${port}/${protocol}`
      : `the load balancer leads ${text} to no node`
  const refusal = protocol === 'TCP' ? 'a TCP reset' : 'ICMP port unreachable'
  return { ...entry, verdict: 'reject', text: `${why}: refused in the fabric with ${refusal}` }
}

/** From outside into a cluster of which only the API is known: what lies between is somebody else’s. */
function foreignEntry(facts: ClusterFacts, target: Target, protocol: Protocol, names: readonly string[]): Entry {
  const { address } = target
  const to = (nodes: readonly string[], text: string): Entry => ({ nodes, fromNode: false, text })
  const node = nodeAt(facts, address)?.metadata?.name
  if (node !== undefined) return to([node], `${address} is ${node}, if the network outside leads there`)
  const pod = podAt(facts, address)
  const home = pod?.spec?.nodeName || nodeOfPodAddress(facts, address)?.metadata?.name
  if (home !== undefined)
    return to([home], `pods of ${address} live on ${home}, if the network outside has a route there`)
  if (inCidrs(facts.network.serviceCidrs, address) || facts.services.some((one) => clusterIpsOf(one).includes(address)))
    return to([], `no network outside leads to a ClusterIP, as a rule`)
  if (inCidrs(facts.network.loadBalancerCidrs, address)) return balancedEntry(facts, target, protocol)
  if (facts.services.some((one) => externalIpsOf(one).includes(address)))
    return to(names, `any node answers for ${address}, once the network outside leads it to one`)
  return to([], `nothing of the cluster is at ${address}`)
}
