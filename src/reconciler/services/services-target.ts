import { compileService, EMPTY } from '#dataplane/nftables/compile.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import {
  affinityOf,
  type EndpointSlice,
  type Service,
  type ServiceForwarding,
  servicePortsOf,
} from '#forwarding/forward-service.ts'
import { ForwardingState } from '#forwarding/forwarding-state.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import type { Edit, Target, Told } from '../target/target.ts'
import type { FaultTeller } from './service-fault.ts'
import { SyncRunner } from './sync-runner.ts'
import { UdpFlows } from './udp-flows.ts'

interface ServicesTargetOptions {
  readonly node: NodeFacts
  readonly kernel: { readonly nftables: Nftables; readonly conntrack: Conntrack }
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly faults: FaultTeller
}

/** What a Service was, and what was made of it, when it was compiled. */
interface Settled {
  readonly service: Service
  readonly forwarding: ServiceForwarding
}

/** Service ports, with their seconds of affinity. */
type Ports = ReadonlyMap<string, number>

/** The Services of one node in its kernel, by `namespace/name`: elements of the constant tables, and flows of UDP. */
export class ServicesTarget implements Target<string> {
  readonly #options: ServicesTargetOptions
  readonly #runner: SyncRunner
  readonly #desired: ForwardingState
  /** Services that the kernel has, as they were when it got them. */
  readonly #applied = new Map<string, Service>()
  /** Those that were given ids for Services which the kernel then refused. */
  readonly #refusedPorts = new Map<string, Ports>()
  readonly #udp: UdpFlows
  readonly #ids = new Ids()

  constructor(options: ServicesTargetOptions) {
    const { node, kernel } = options
    this.#options = options
    this.#desired = new ForwardingState(node)
    this.#runner = new SyncRunner(kernel.nftables, node)
    this.#udp = new UdpFlows(kernel.conntrack, node.nodeAddresses)
  }

  /** A Service or its slices are new, changed, or (`service` undefined) gone. Gives those that are to be written for it. */
  set(name: string, service: Service | undefined, slices: readonly EndpointSlice[]): Iterable<string> {
    return this.#desired.set(name, service, slices)
  }

  /** What this node does for a Service. */
  forwarding(name: string): ServiceForwarding | undefined {
    return this.#desired.settled(name).forwarding
  }

  get services(): number {
    return this.#desired.size
  }

  get elements(): number {
    return this.#runner.elements
  }

  adopt(): Iterable<string> {
    const { leftovers, udp } = this.#runner.adopt(() => this.#allSettled(), this.#ids, this.#seconds())
    this.#udp.adopt(udp)
    return [...this.#desired.services(), ...leftovers]
  }

  read(): readonly Edit<string>[] {
    return this.#runner.audit() ? [] : [{ found: ['the tables of Services are not as they were made'] }]
  }

  write(services: readonly string[], told: Told<string>): void {
    const settled = new Map<string, Settled>()
    const refuse = (service: string, error: Error) => {
      this.#keepPorts(service)
      told.refused(service, error)
    }
    const refused = this.#runner.run(services, {
      compile: (service) => {
        const { service: object, forwarding, lost } = this.#desired.settled(service)
        this.#options.faults.settled(service, forwarding, lost)
        if (object === undefined || forwarding === undefined) return EMPTY
        try {
          const compiled = compileService(forwarding, this.#ids, this.#seconds())
          settled.set(service, { service: object, forwarding })
          return compiled
        } catch (error) {
          refuse(service, error as Error)
          return undefined
        }
      },
      written: (written) => {
        this.#settle(written, settled)
        for (const service of written) settled.delete(service)
        told.written(written)
      },
    })
    for (const { service, error } of refused) refuse(service, error)
  }

  *#allSettled(): Generator<ServiceForwarding> {
    for (const service of this.#desired.services()) {
      const { forwarding } = this.#desired.settled(service)
      if (forwarding !== undefined) yield forwarding
    }
  }

  #seconds(): number {
    return this.#options.now() / 1000
  }

  #keepPorts(service: string): void {
    const ports = new Map(this.#refusedPorts.get(service))
    for (const { servicePort, affinitySeconds } of this.forwarding(service)?.ports ?? [])
      ports.set(servicePort, Math.max(ports.get(servicePort) ?? 0, affinitySeconds ?? 0))
    this.#refusedPorts.set(service, ports)
  }

  /**
   * Notes what the kernel has now, gives back the ids of service ports that are gone, and deletes the UDP flows that
   * this left behind.
   */
  #settle(services: readonly string[], settled: ReadonlyMap<string, Settled>): void {
    const { faults } = this.#options
    const now = this.#seconds()
    for (const service of services) {
      const after = settled.get(service)
      const had = new Map(this.#refusedPorts.get(service))
      const before = this.#applied.get(service)
      if (before !== undefined)
        for (const servicePort of servicePortsOf(before)) had.set(servicePort, affinityOf(before) ?? 0)
      for (const { servicePort, affinitySeconds } of after?.forwarding.ports ?? []) {
        const seconds = had.get(servicePort) ?? 0
        if (seconds > (affinitySeconds ?? 0)) this.#ids.pinnedUntil(servicePort, now + seconds)
        had.delete(servicePort)
      }
      for (const [servicePort, seconds] of had) this.#ids.release(servicePort, now, seconds)
      this.#refusedPorts.delete(service)
      if (after === undefined) this.#applied.delete(service)
      else this.#applied.set(service, after.service)
    }
    try {
      const hasDeleted = this.#udp.settled(services.map((service) => [service, settled.get(service)?.forwarding]))
      if (hasDeleted) faults.flowsWell()
    } catch (error) {
      faults.flows(error as Error)
    }
  }
}
