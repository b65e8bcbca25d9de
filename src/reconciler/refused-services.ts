import type { ServiceForwarding } from '#forwarding/forward-service.ts'
import type { ServiceFault } from './service-fault.ts'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 30_000

interface Refusal {
  readonly message: string
  readonly attempts: number
  readonly retryAt: number
  /** Service ports that were given ids for it, with their seconds of affinity. */
  readonly ports: ReadonlyMap<string, number>
}

/**
 * Services that cannot be written, each tried again by itself: after 100 ms, then after twice as long as before, up to
 * 30 s. Times are milliseconds since the epoch.
 */
export class RefusedServices {
  readonly #refusals = new Map<string, Refusal>()
  readonly #onFault: (fault: ServiceFault) => void

  /** Told of each refusal that is not the same as the Service's last one. */
  constructor(onFault: (fault: ServiceFault) => void) {
    this.#onFault = onFault
  }

  /** Gives how often it has been refused by now. */
  add(service: string, forwarding: ServiceForwarding | undefined, error: Error, now: number): number {
    const before = this.#refusals.get(service)
    const attempts = (before?.attempts ?? 0) + 1
    const retryAt = now + Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS)
    if (before?.message !== error.message) this.#onFault({ kind: 'refused', service, error, retryAt })
    const ports = new Map(before?.ports)
    for (const { servicePort, affinitySeconds } of forwarding?.ports ?? [])
      ports.set(servicePort, Math.max(ports.get(servicePort) ?? 0, affinitySeconds ?? 0))
    this.#refusals.set(service, { message: error.message, attempts, retryAt, ports })
    return attempts
  }

  /** It is written. */
  delete(service: string): void {
    this.#refusals.delete(service)
  }

  has(service: string): boolean {
    return this.#refusals.has(service)
  }

  get size(): number {
    return this.#refusals.size
  }

  /** Service ports that were given ids when it was refused, with their seconds of affinity. */
  portsOf(service: string): ReadonlyMap<string, number> | undefined {
    return this.#refusals.get(service)?.ports
  }

  list(): readonly { readonly service: string; readonly error: string; readonly retryAt: number }[] {
    return [...this.#refusals].map(([service, { message, retryAt }]) => ({ service, error: message, retryAt }))
  }

  /** When the next one is to be tried again; Infinity: none. */
  get retryAt(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { retryAt } of this.#refusals.values()) first = Math.min(first, retryAt)
    return first
  }

  *dueAt(now: number): Generator<string> {
    for (const [service, { retryAt }] of this.#refusals) if (retryAt <= now) yield service
  }
}
