import { evaluate, type Outcome, possibleOutcomes } from '#dataplane/evaluator/evaluate.ts'
import { LoadedRuleset, type Pin } from '#dataplane/evaluator/loaded-ruleset.ts'
import { type CompiledService, compileNode, compileService, EMPTY, type UsedKind } from '#dataplane/nftables/compile.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import { elementKey } from '#dataplane/nftables/render.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import type { EndpointSlice, Service, ServiceForwarding } from '#forwarding/forward-service.ts'
import { ForwardingState } from '#forwarding/forwarding-state.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { FlowFilter } from '#kernel/conntrack/conntrack.ts'
import { staleFlows } from '#reconciler/services/stale-flows.ts'
import { type Delta, DeltaTracker } from '#reconciler/tables/delta-tracker.ts'
import type { Flow } from '../contract/flows.ts'
import type { Cluster, Packet, Verdict } from '../contract/model.ts'
import { isOwnAddress, OWN_PODS } from './plan.ts'

/** The real path from objects to elements, change by change, without a kernel. */
export class Dataplane {
  readonly #facts: NodeFacts
  readonly #state: ForwardingState
  readonly #ids = new Ids()
  readonly #tracker = new DeltaTracker()
  readonly #held = new Map<string, Element>()
  readonly #kinds = new Map<string, UsedKind>()
  readonly #ports = new Map<string, ReadonlyMap<string, number>>()
  readonly #settled = new Map<string, ServiceForwarding>()
  #stale: readonly FlowFilter[] = []
  #seconds = 0
  #loaded: LoadedRuleset | undefined
  #pins = new Map<string, Pin>()

  constructor({ node }: Pick<Cluster, 'node'>) {
    this.#facts = {
      name: node.name,
      zone: node.zone,
      nodeAddresses: node.nodePortAddresses,
      podCidrs: node.podCidrs,
      serviceCidrs: node.serviceCidrs,
      ownPods: OWN_PODS,
    }
    this.#state = new ForwardingState(this.#facts)
  }

  /** So many seconds go by. */
  pass(seconds: number): void {
    this.#seconds += seconds
  }

  /** Brings it to this cluster; only what differs from before is computed. */
  change(
    services: readonly { readonly service: Service; readonly slices: readonly EndpointSlice[] }[],
    gone: readonly string[],
  ): void {
    const affected = new Set<string>()
    for (const name of gone) for (const one of this.#state.set(name, undefined, [])) affected.add(one)
    for (const { service, slices } of services) {
      const name = `${service.metadata?.namespace}/${service.metadata?.name}`
      for (const one of this.#state.set(name, service, slices)) affected.add(one)
    }
    const changes = new Map<string, CompiledService>()
    const stale: FlowFilter[] = []
    for (const name of affected) {
      const { forwarding } = this.#state.settled(name)
      stale.push(...staleFlows(this.#settled.get(name), forwarding, this.#facts.nodeAddresses))
      if (forwarding === undefined) this.#settled.delete(name)
      else this.#settled.set(name, forwarding)
      changes.set(name, forwarding === undefined ? EMPTY : compileService(forwarding, this.#ids, this.#seconds))
      const ports = new Map(
        forwarding?.ports.map(({ servicePort, affinitySeconds }) => [servicePort, affinitySeconds ?? 0]),
      )
      for (const [port, seconds] of this.#ports.get(name) ?? []) {
        const now = ports.get(port)
        if (now === undefined) this.#ids.release(port, this.#seconds, seconds)
        else if (now < seconds) this.#ids.pinnedUntil(port, this.#seconds + seconds)
      }
      this.#ports.set(name, ports)
    }
    this.#write(this.#tracker.diff(changes))
    this.#tracker.commit(changes)
    this.#stale = stale
    this.#loaded = undefined
  }

  /** As strict as a kernel: nothing is deleted that is not there, nothing added that is. */
  #write({ remove, add, kinds }: Delta): void {
    for (const kind of kinds) this.#kinds.set(`${kind.family} ${kind.number}`, kind)
    const id = (element: Element) => `${element.family} ${element.set} ${elementKey(element)}`
    for (const element of remove)
      if (!this.#held.delete(id(element))) throw new Error(`deletes ${id(element)}, which is not there`)
    for (const element of add) {
      if (this.#held.has(id(element))) throw new Error(`adds ${id(element)}, which is there`)
      this.#held.set(id(element), element)
    }
  }

  /** How the last change forgot this UDP flow; undefined: it lives on. */
  forgets({ packet: { destination, port }, backend }: Flow): FlowFilter | undefined {
    const answerer = backend ?? { address: destination, port }
    return this.#stale.find(
      ({ original, backend: { address, port: from } }) =>
        original.port === port &&
        (original.address ?? destination) === destination &&
        address === answerer.address &&
        from === answerer.port,
    )
  }

  get ruleset(): LoadedRuleset {
    if (this.#loaded === undefined) {
      this.#loaded = new LoadedRuleset([...compileNode(this.#facts), ...this.#held.values()], this.#kinds.values())
      // Pins are the kernel's: a change of elements leaves them.
      for (const [key, pin] of this.#pins) this.#loaded.pins.set(key, pin)
      this.#pins = this.#loaded.pins
    }
    return this.#loaded
  }

  get elements(): readonly Element[] {
    return [...this.#held.values()]
  }

  get kinds(): readonly UsedKind[] {
    return [...this.#kinds.values()]
  }

  outcomes(packet: Packet): readonly Outcome[] {
    return possibleOutcomes(this.ruleset, evaluated(packet), isOwnAddress, this.#seconds)
  }

  /** The packet's connection is made, and pins are learned by it; `random(n)` gives 0 to n − 1. */
  connect(packet: Packet, random: (n: number) => number): Outcome {
    return evaluate(this.ruleset, evaluated(packet), { random, isNode: isOwnAddress, now: this.#seconds })
  }
}

export const evaluated = ({ entry, source, destination, protocol, port, stray = false }: Packet) => ({
  source,
  destination,
  protocol: protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp',
  port,
  fromNode: entry === 'node',
  isInvalid: stray,
})

/** What both statements of the contract are compared by: the kind, each backend as often as it is drawn, and, unless it is left to time to tell, the seconds of affinity. */
export function textOf(outcomes: readonly Outcome[], { timed = false } = {}): string {
  const texts = outcomes.map(({ verdict, hops }) => {
    if (verdict.kind === 'reject') return `reject ${verdict.with}`
    if (verdict.kind !== 'dnat') return verdict.kind
    const seconds = timed
      ? undefined
      : hops.map(({ chain }) => /^stick-(\d+)$/.exec(chain)?.[1]).find((one) => one !== undefined)
    const { address, port } = verdict.to
    return `dnat ${address} ${port}${verdict.masquerade ? ' masqueraded' : ''}${seconds ? ` for ${seconds}s` : ''}`
  })
  return texts.sort().join('\n')
}

export function textOfVerdict(verdict: Verdict, { timed = false } = {}): string {
  if (verdict.kind === 'reject') return `reject ${verdict.with === 'icmp' ? 'port-unreachable' : verdict.with}`
  if (verdict.kind !== 'dnat') return verdict.kind
  const seconds = timed ? undefined : verdict.affinitySeconds
  return verdict.backends
    .map(
      ({ address, port, masquerade }) =>
        `dnat ${address} ${port}${masquerade ? ' masqueraded' : ''}${seconds ? ` for ${seconds}s` : ''}`,
    )
    .sort()
    .join('\n')
}
