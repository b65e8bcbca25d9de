import { type Clock, systemClock } from '#clock/clock.ts'
import type { EndpointSlice, Service, ServiceForwarding } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { type NamespacedName, objectKey } from '#objects/object-key.ts'
import type { Mending } from '../target/edits.ts'
import { TargetLoop, type Turn } from '../target/target-loop.ts'
import { FaultTeller, type ServiceFault } from './service-fault.ts'
import { ServicesTarget } from './services-target.ts'
import type { SyncState } from './sync-state.ts'

interface ServiceProxyOptions {
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
  readonly onSync?: (turn: Turn) => void
  /** Told when what somebody had changed of the tables has been put right, and once where that cannot be done. */
  readonly onMending?: (mending: Mending<string>) => void
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
  /**
   * Looks now whether somebody has changed the tables, puts it right, and says so. It costs next to nothing where nobody
   * has written to the kernel's rules.
   */
  look(): readonly Mending<string>[]
  state(): SyncState
  /** What this node does for a Service, for explain. */
  forwarding(service: string): ServiceForwarding | undefined
  /** Resolves when the tables are there with all Services that were told before. */
  readonly ready: Promise<void>
  /** Stops writing. What the kernel holds stays and goes on forwarding. */
  stop(): void
}

/**
 * Starts one node's proxy. It holds no state outside of itself, so many live in one process; it writes by the kernel
 * interface that it is given and nowhere else.
 */
export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { node, kernel, clock = systemClock, synced, onFault = () => {}, onSync, onMending } = options
  const faults = new FaultTeller(onFault)
  const target = new ServicesTarget({ node, kernel, now: () => clock.now(), faults })
  const loop = new TargetLoop({
    target,
    clock,
    synced,
    onRefusal: ({ key: service, error, retryAt }) => onFault({ kind: 'refused', service, error, retryAt }),
    onFault: (error, retryAt) => onFault({ kind: 'tables', error, retryAt }),
    ...(onSync && { onTurn: onSync }),
    ...(onMending && { onMending }),
  })
  return {
    ready: loop.ready,
    serviceChanged: ({ namespace, name }, service, slices) =>
      loop.changed(target.set(objectKey(namespace, name), service, slices)),
    flush: () => loop.flush(),
    look: () => loop.look(),
    stop: () => loop.stop(),
    forwarding: (service) => target.forwarding(service),
    state() {
      const { appliedAt, pending, refused, mended } = loop.state()
      return {
        appliedAt,
        pending,
        failed: refused.map(({ key, error, retryAt }) => ({ service: key, error: error.message, retryAt })),
        services: target.services,
        elements: target.elements,
        mended,
        noLocalEndpoints: faults.noLocalEndpoints,
        conntrack: kernel.conntrack.methods(),
      }
    },
  }
}
