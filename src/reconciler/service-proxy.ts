import { type Clock, systemClock } from '#clock/clock.ts'
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
import type { Conntrack } from '#kernel/conntrack.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { type NamespacedName, objectKey } from '#objects/object-key.ts'
import { RefusedServices } from './refused-services.ts'
import { FaultTeller, type ServiceFault } from './service-fault.ts'
import { isAnswerLost, SyncRunner } from './sync-runner.ts'
import type { Sync, SyncState } from './sync-state.ts'
import { UdpFlows } from './udp-flows.ts'

export type { ServiceFault } from './service-fault.ts'
export type { Sync, SyncState } from './sync-state.ts'

export interface ServiceProxyOptions {
  readonly node: NodeFacts
  readonly kernel: { readonly nftables: Nftables; readonly conntrack: Conntrack }
  readonly clock?: Clock
  /**
   * Resolves when all Services that there are have been told. Nothing is written before: what is missing would be taken
   * for gone. Left out: the first that are told are all.
   */
  readonly synced?: Promise<unknown>
  /** Told once for each new fault, not for each retry. */
  readonly onFault?: (fault: ServiceFault) => void
  /** Told after each write, for metrics and health. It must not throw. */
  readonly onSync?: (sync: Sync) => void
}

/** The Services of one node, kept in its kernel. */
export interface ServiceProxy {
  /**
   * A Service or its slices are new, changed, or (`service` undefined) gone. Written within the tick, together with all
   * that change in it.
   */
  serviceChanged(key: NamespacedName, service: Service | undefined, slices: readonly EndpointSlice[]): void
  /** Writes what is pending now; also makes the tables where there is no Service yet. */
  flush(): void
  state(): SyncState
  /** What this node does for a Service, for explain. */
  forwarding(service: string): ServiceForwarding | undefined
  /** Resolves when the tables are there with all Services that were told before. */
  readonly ready: Promise<void>
  /** Stops writing. What the kernel holds stays and goes on forwarding. */
  stop(): void
}

const TABLES_RETRY_MS = 1000
/**
 * Between looks whether somebody has edited our tables: most are a question of 10 µs. One after which all sets are read
 * takes part of the time to the next.
 */
const AUDIT_MS = 10_000
const AUDIT_PART = 0.01

/** What a Service was, and what was made of it, when it was compiled. */
interface Settled {
  readonly service: Service
  readonly forwarding: ServiceForwarding
}

/**
 * Starts one node's proxy. It holds no state outside of itself, so many live in one process; it writes by the kernel
 * interface that it is given and nowhere else.
 */
export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  return new NodeProxy(options)
}

class NodeProxy implements ServiceProxy {
  readonly ready: Promise<void>
  readonly #options: ServiceProxyOptions
  readonly #clock: Clock
  readonly #runner: SyncRunner
  readonly #desired: ForwardingState
  /** Services that the kernel has, as they were when it got them. */
  readonly #applied = new Map<string, Service>()
  readonly #udp: UdpFlows
  readonly #ids = new Ids()
  readonly #pending = new Set<string>()
  readonly #refused: RefusedServices
  readonly #faults: FaultTeller
  #resolveReady: () => void = () => {}
  #scheduled = false
  #stopped = false
  #synced: boolean
  #timer: { readonly cancel: () => void; readonly at: number } | undefined
  #auditAt = 0
  #mended = 0
  #appliedAt: number | undefined

  constructor(options: ServiceProxyOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#desired = new ForwardingState(options.node)
    const onFault = options.onFault ?? (() => {})
    this.#faults = new FaultTeller(onFault)
    this.#refused = new RefusedServices(onFault)
    this.#runner = new SyncRunner(options.kernel.nftables, options.node)
    this.#udp = new UdpFlows(options.kernel.conntrack, options.node.nodeAddresses)
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve
    })
    this.#synced = options.synced === undefined
    options.synced?.then(
      () => {
        this.#synced = true
        this.flush()
      },
      // Whoever waits for it knows of it.
      () => {},
    )
  }

  serviceChanged(
    { namespace, name }: NamespacedName,
    service: Service | undefined,
    slices: readonly EndpointSlice[],
  ): void {
    for (const affected of this.#desired.set(objectKey(namespace, name), service, slices)) this.#pending.add(affected)
    if (this.#scheduled || this.#stopped || !this.#synced) return
    this.#scheduled = true
    // A microtask: changes that the caller tells in one go are written in one transaction, before any timer or socket
    // is looked at.
    queueMicrotask(() => this.flush())
  }

  flush(): void {
    this.#scheduled = false
    if (this.#stopped || !this.#synced) return
    const now = this.#clock.now()
    const started = performance.now()
    const first = this.#appliedAt === undefined
    let [resynced, refusal]: [boolean, Error | undefined] = [false, undefined]
    try {
      resynced = this.#writeOrForget(now)
      // What the kernel really has is read, and everything written that differs.
      if (resynced && this.#write([], now)) this.#runner.forget()
      if (first) this.#auditAt = now + AUDIT_MS
      this.#faults.well('tables')
      this.#appliedAt = now
      this.#resolveReady()
    } catch (error) {
      // The tables themselves are refused: everything waits.
      refusal = error as Error
      this.#faults.kernel({ kind: 'tables', error: refusal, retryAt: now + TABLES_RETRY_MS })
    }
    const milliseconds = performance.now() - started
    this.#options.onSync?.({ full: first || resynced, milliseconds, refused: this.#refused.size, error: refusal })
    this.#schedule(now)
  }

  /**
   * Writes what is pending. True where what we take the kernel to hold may be wrong: an answer got lost, or a Service
   * was refused for the second time, or after somebody else has written something.
   */
  #writeOrForget(now: number): boolean {
    try {
      if (!this.#write(this.#pending, now)) return false
      this.#runner.forget()
    } catch (error) {
      if (!isAnswerLost(error)) throw error
    }
    return true
  }

  /**
   * Writes these Services, and all where the kernel's tables had to be read. True where a Service was refused for the
   * second time, or after somebody else has written something. Throws where there are no tables to write to, and where
   * an answer got lost.
   */
  #write(services: Iterable<string>, now: number): boolean {
    const adopted = this.#runner.begin(() => this.#allSettled(), this.#ids, now / 1000)
    const all =
      adopted === undefined ? services : new Set([...this.#desired.services(), ...services, ...adopted.leftovers])
    if (adopted !== undefined) this.#udp.adopt(adopted.udp)
    const settled = new Map<string, Settled>()
    let doubtful = false
    const refused = this.#runner.run([...all], {
      compile: (service) => {
        const { service: object, forwarding, lost } = this.#desired.settled(service)
        this.#faults.settled(service, forwarding, lost)
        if (object === undefined || forwarding === undefined) return EMPTY
        try {
          const compiled = compileService(forwarding, this.#ids, now / 1000)
          settled.set(service, { service: object, forwarding })
          return compiled
        } catch (error) {
          this.#pending.delete(service)
          this.#refused.add(service, forwarding, error as Error, now)
          return undefined
        }
      },
      written: (written) => {
        this.#settle(written, settled, now)
        for (const service of written) settled.delete(service)
      },
    })
    const isAlone = refused.length === 0 || this.#runner.isAlone()
    for (const { service, error } of refused) {
      if (!isAlone && !this.#refused.has(service)) {
        // Likely it is not the Service that is wrong.
        doubtful = true
        this.#pending.add(service)
        continue
      }
      this.#pending.delete(service)
      const { forwarding } = this.#desired.settled(service)
      if (this.#refused.add(service, forwarding, error, now) === 2) doubtful = true
    }
    return doubtful
  }

  *#allSettled(): Generator<ServiceForwarding> {
    for (const service of this.#desired.services()) {
      const { forwarding } = this.#desired.settled(service)
      if (forwarding !== undefined) yield forwarding
    }
  }

  state(): SyncState {
    return {
      appliedAt: this.#appliedAt,
      pending: this.#pending.size,
      failed: this.#refused.list(),
      services: this.#desired.size,
      elements: this.#runner.elements,
      mended: this.#mended,
      noLocalEndpoints: this.#faults.noLocalEndpoints,
      conntrack: this.#options.kernel.conntrack.methods(),
    }
  }

  forwarding(service: string): ServiceForwarding | undefined {
    return this.#desired.settled(service).forwarding
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /**
   * Notes what the kernel has now, gives back the ids of service ports that are gone, and deletes the UDP flows that
   * this left behind.
   */
  #settle(services: readonly string[], settled: ReadonlyMap<string, Settled>, now: number): void {
    for (const service of services) {
      this.#pending.delete(service)
      const after = settled.get(service)
      const had = new Map(this.#refused.portsOf(service))
      const before = this.#applied.get(service)
      if (before !== undefined)
        for (const servicePort of servicePortsOf(before)) had.set(servicePort, affinityOf(before) ?? 0)
      for (const { servicePort, affinitySeconds } of after?.forwarding.ports ?? []) {
        const seconds = had.get(servicePort) ?? 0
        if (seconds > (affinitySeconds ?? 0)) this.#ids.pinnedUntil(servicePort, now / 1000 + seconds)
        had.delete(servicePort)
      }
      for (const [servicePort, seconds] of had) this.#ids.release(servicePort, now / 1000, seconds)
      this.#refused.delete(service)
      if (after === undefined) this.#applied.delete(service)
      else this.#applied.set(service, after.service)
    }
    try {
      const hasDeleted = this.#udp.settled(services.map((service) => [service, settled.get(service)?.forwarding]))
      if (hasDeleted) this.#faults.well('conntrack')
    } catch (error) {
      this.#faults.kernel({ kind: 'conntrack', error: error as Error })
    }
  }

  /**
   * One timer for all that is to be done later; it may ring too early, when what it was set for has become needless.
   */
  #schedule(now: number): void {
    const unwritten = this.#pending.size > 0 || this.#appliedAt === undefined
    const at = Math.max(Math.min(this.#refused.retryAt, unwritten ? now + TABLES_RETRY_MS : this.#auditAt), now + 1)
    if (this.#timer !== undefined && this.#timer.at > now && this.#timer.at <= at) return
    this.#timer?.cancel()
    this.#timer = { cancel: this.#clock.after(at - now, () => this.#wake()), at }
  }

  #wake(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (const service of this.#refused.dueAt(now)) this.#pending.add(service)
    const isEdited = this.#appliedAt !== undefined && this.#auditAt <= now && !this.#audit(now)
    if (isEdited) this.#mended++
    if (isEdited || this.#pending.size > 0 || this.#appliedAt === undefined) this.flush()
    else this.#schedule(now)
  }

  /** False: somebody has edited our tables, and a flush will mend them. */
  #audit(now: number): boolean {
    const started = performance.now()
    try {
      return this.#runner.audit()
    } catch {
      // Somebody writes all the time: the next one will find out.
      return true
    } finally {
      this.#auditAt = now + Math.max(AUDIT_MS, (performance.now() - started) / AUDIT_PART)
    }
  }
}
