import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import type { SlotServers } from './runtime/worker.ts'

/** Which servers slots shall have, by what they stand for. */
export class SlotServersOf {
  readonly #serversOf: (backend: string) => readonly PlannedServer[]
  /** Of the plan that was taken last, by backends. */
  #slots = new Map<string, readonly string[]>()

  constructor(serversOf: (backend: string) => readonly PlannedServer[]) {
    this.#serversOf = serversOf
  }

  take({ slots }: ProxyPlan): void {
    this.#slots = Map.groupBy(slots.keys(), (slot) => slots.get(slot)!)
  }

  of({ slots }: ProxyPlan): SlotServers {
    return new Map([...slots].map(([slot, backend]) => [slot, this.#serversOf(backend)]))
  }

  /** Of the slots that stand for these. */
  ofBackends(backends: Iterable<string>): SlotServers {
    const all = new Map<string, readonly PlannedServer[]>()
    for (const backend of backends)
      for (const slot of this.#slots.get(backend) ?? []) all.set(slot, this.#serversOf(backend))
    return all
  }
}
