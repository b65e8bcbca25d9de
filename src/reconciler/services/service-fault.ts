import type { ServiceForwarding } from '#forwarding/forward-service.ts'
import type { LostClaim } from '#forwarding/forwarding-state.ts'

/** What people should hear of: as an Event of the Service, or in `status`. */
export type ServiceFault =
  | { readonly kind: 'refused'; readonly service: string; readonly error: Error; readonly retryAt: number }
  | ({ readonly kind: 'claim-lost' } & LostClaim)
  | { readonly kind: 'no-local-endpoints'; readonly service: string; readonly frontends: readonly string[] }
  | { readonly kind: 'conntrack'; readonly error: Error }
  | { readonly kind: 'tables'; readonly error: Error; readonly retryAt: number }

/** Tells each fault once, and again when it comes back after it was gone. */
export class FaultTeller {
  readonly #onFault: (fault: ServiceFault) => void
  /** What was told last of each Service, by fault; and of flows that could not be deleted. */
  readonly #told = new Map<string, ReadonlySet<string>>()
  #flows: string | undefined
  readonly #noLocal = { internal: new Set<string>(), external: new Set<string>() }

  constructor(onFault: (fault: ServiceFault) => void) {
    this.#onFault = onFault
  }

  /** How many Services have a policy Local port whose endpoints are all elsewhere. */
  get noLocalEndpoints(): { readonly internal: number; readonly external: number } {
    return { internal: this.#noLocal.internal.size, external: this.#noLocal.external.size }
  }

  /** What is to be told of a Service whose forwarding is this now. */
  settled(service: string, forwarding: ServiceForwarding | undefined, lost: readonly LostClaim[]): void {
    const faults = new Map<string, ServiceFault>()
    for (const claim of lost) faults.set(`claim ${claim.frontend} ${claim.winner}`, { kind: 'claim-lost', ...claim })
    // All ports and families in one: it is one thing to know of the Service.
    const starved = (forwarding?.ports ?? [])
      .filter(({ local }) => local.kind === 'drop')
      .flatMap(({ frontends }) => frontends.filter(({ policy }) => policy === 'Local'))
    const names = starved.map(({ address, port, protocol }) => `${address ?? 'node port'} ${port}/${protocol}`)
    if (starved.length > 0) faults.set('local', { kind: 'no-local-endpoints', service, frontends: [...new Set(names)] })
    const note = (set: Set<string>, is: boolean) => (is ? set.add(service) : set.delete(service))
    note(
      this.#noLocal.internal,
      starved.some(({ kind }) => kind === 'cluster-ip'),
    )
    note(
      this.#noLocal.external,
      starved.some(({ kind }) => kind !== 'cluster-ip'),
    )
    const before = this.#told.get(service)
    if (faults.size === 0) this.#told.delete(service)
    else this.#told.set(service, new Set(faults.keys()))
    for (const [text, fault] of faults) if (!before?.has(text)) this.#onFault(fault)
  }

  /** Flows that were to be deleted could not be. */
  flows(error: Error): void {
    if (this.#flows === error.message) return
    this.#flows = error.message
    this.#onFault({ kind: 'conntrack', error })
  }

  /** Now they can. */
  flowsWell(): void {
    this.#flows = undefined
  }
}
