import type { Service } from '#api/core/service/message.ts'
import { nodePortAddresses } from '#forwarding/node-facts.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { isReady } from '#objects/conditions.ts'
import { byKey } from '#objects/object-key.ts'
import type { ClusterFacts } from './facts.ts'
import { familyOfText, nodeAddresses, slicesOf } from './lookup.ts'

interface NodeToAsk {
  readonly name: string
  readonly address: string
}

/** Nodes that have a ready endpoint of a Service in one family, by its slices. Ordered. */
export const nodesWithEndpoint = (facts: ClusterFacts, service: Service, family: IpFamily): readonly string[] =>
  [
    ...new Set(
      slicesOf(facts, service)
        .filter(({ addressType }) => addressType === family)
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ nodeName }) => nodeName ?? []),
    ),
  ].sort()

/**
 * Nodes that answer for a Service's node ports, best first: of policy Local those that have an endpoint before those
 * that would drop what is asked of them, then the Ready ones.
 */
export function nodesToAsk(facts: ClusterFacts, service: Service, family: IpFamily): readonly NodeToAsk[] {
  const having = service.spec?.externalTrafficPolicy === 'Local' ? nodesWithEndpoint(facts, service, family) : undefined
  return facts.nodes
    .toSorted(byKey)
    .flatMap((node) => {
      const name = node.metadata?.name ?? ''
      const address = nodePortAddresses(nodeAddresses(node), facts.network.nodePortAddresses).find(
        (one) => familyOfText(one) === family,
      )
      const rank = (having?.includes(name) === false ? 2 : 0) + (isReady(node) ? 0 : 1)
      return address === undefined ? [] : [{ name, address, rank }]
    })
    .sort((left, right) => left.rank - right.rank)
    .map(({ name, address }) => ({ name, address }))
}
