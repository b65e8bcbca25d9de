import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { type Outcome, possibleOutcomes } from '#dataplane/evaluator/evaluate.ts'
import { LoadedRuleset } from '#dataplane/evaluator/loaded-ruleset.ts'
import { compileNode, compileService, type UsedKind } from '#dataplane/nftables/compile.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import type { ServicePortForwarding } from '#forwarding/forward-service.ts'
import { ForwardingState, type LostClaim } from '#forwarding/forwarding-state.ts'
import type { Frontend } from '#forwarding/frontend.ts'
import { type NodeFacts, nodePortAddresses } from '#forwarding/node-facts.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { ZONE_LABEL } from '#objects/well-known.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import {
  clusterIpsOf,
  externalIpsOf,
  familyOfText,
  hostPortsAt,
  ingressOf,
  nodeAddresses,
  slicesOf,
} from '../cluster/lookup.ts'

/** A frontend with the Service that has it. */
export interface Claimed {
  /** `default/web` */
  readonly service: string
  readonly port: ServicePortForwarding
  readonly frontend: Frontend
}

/**
 * Services that can have a say in what becomes of a packet to this address and port: a lookup by any other key finds
 * nothing of it. Among ten thousand, computing all of them for each node would take seconds.
 */
export const servicesAt = (
  { services }: ClusterFacts,
  { address, port }: { readonly address: string; readonly port: number },
): readonly Service[] =>
  services.filter(
    (service) =>
      clusterIpsOf(service).includes(address) ||
      ingressOf(service).includes(address) ||
      externalIpsOf(service).includes(address) ||
      service.spec?.ports?.some(({ nodePort }) => nodePort === port),
  )

/** Of another cluster it is not known by what its nodes know their own pods: there all are taken for the node's. */
function ownPodsOf({ network }: ClusterFacts, node: Node): NodeFacts['ownPods'] {
  const cidrs = network.foreign ? network.podCidrs : (node.spec?.podCIDRs ?? [])
  return cidrs.flatMap((cidr) => {
    const masqueradeAs = nodeAddresses(node).find((address) => familyOfText(address) === familyOfText(cidr))
    return masqueradeAs === undefined ? [] : [{ cidr, masqueradeAs }]
  })
}

/** What one node's kernel holds of `services` and of its pods' host ports, computed as the node computes it. */
export class NodeView {
  readonly name: string
  readonly node: NodeFacts
  readonly lost: readonly LostClaim[]
  /** What the objects compile to, by numbers of its own. */
  readonly compiled: { readonly elements: readonly Element[]; readonly kinds: readonly UsedKind[] }
  /** Its rules walk the kernel's own elements, as an agent told them, and not those that the objects compile to. */
  readonly isHeard: boolean
  readonly #claims = new Map<string, Claimed>()
  readonly #ruleset: LoadedRuleset
  /** All of its own, also those that node ports do not answer at. */
  readonly #own: readonly string[]

  constructor(facts: ClusterFacts, services: readonly Service[], node: Node) {
    this.name = node.metadata?.name ?? ''
    this.#own = nodeAddresses(node)
    this.node = {
      name: this.name,
      zone: node.metadata?.labels?.[ZONE_LABEL],
      nodeAddresses: nodePortAddresses(nodeAddresses(node), facts.network.nodePortAddresses),
      podCidrs: facts.network.podCidrs,
      serviceCidrs: facts.network.serviceCidrs,
      balancedCidrs: facts.network.loadBalancerCidrs,
      ownPods: ownPodsOf(facts, node),
    }
    const state = new ForwardingState(this.node)
    for (const service of services) state.set(keyOf(service), service, slicesOf(facts, service))
    for (const { service, slices } of hostPortsAt(facts, node)) state.set(keyOf(service), service, slices)
    const ids = new Ids()
    const elements: Element[] = [...compileNode(this.node)]
    const kinds: UsedKind[] = []
    const lost: LostClaim[] = []
    for (const name of state.services()) {
      const settled = state.settled(name)
      lost.push(...settled.lost)
      if (settled.forwarding === undefined) continue
      const compiled = compileService(settled.forwarding, ids, 0)
      elements.push(...compiled.elements)
      kinds.push(...compiled.kinds)
      for (const port of settled.forwarding.ports) {
        for (const frontend of port.frontends)
          this.#claims.set(this.#key(port.family, frontend), { service: name, port, frontend })
      }
    }
    this.lost = lost
    this.compiled = { elements, kinds }
    const told = facts.told?.[this.name]
    const heard = told?.code === 'heard' && told.rules === 'ours' ? told : undefined
    this.isHeard = heard !== undefined
    const { elements: held, kinds: led } = heard ?? this.compiled
    this.#ruleset = new LoadedRuleset(held, led)
  }

  /** Who answers at an address and port here: a frontend of that address goes before a node port, as in the rules. */
  frontendAt(address: string, protocol: Protocol, port: number): Claimed | undefined {
    const family = familyOfText(address)
    const own = this.#claims.get(this.#key(family, { address, protocol, port }))
    if (own !== undefined || !this.isNode(address)) return own
    return this.#claims.get(this.#key(family, { address: undefined, protocol, port }))
  }

  isNode(address: string): boolean {
    return this.node.nodeAddresses.includes(address)
  }

  /** Everything that the rules may do with a first packet here. */
  outcomes(packet: {
    readonly source: string
    readonly destination: string
    readonly protocol: Protocol
    readonly port: number
    readonly fromNode: boolean
  }): readonly Outcome[] {
    const protocol = packet.protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp'
    return possibleOutcomes(this.#ruleset, { ...packet, protocol }, (address) => this.#own.includes(address))
  }

  #key(family: string, { address, protocol, port }: Pick<Frontend, 'address' | 'protocol' | 'port'>): string {
    return `${address ?? family} ${protocol} ${port}`
  }
}
