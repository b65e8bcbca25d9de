import type { ServiceForwarding } from '#forwarding/forward-service.ts'
import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import { staleFlows, type UdpService } from './stale-flows.ts'

/** Deletes the UDP flows that writes leave behind, by what was done for a Service before and what is done now. */
export class UdpFlows {
  readonly #conntrack: Conntrack
  readonly #nodeAddresses: readonly string[]
  /** Of Services with a UDP port. */
  readonly #done = new Map<string, UdpService>()

  constructor(conntrack: Conntrack, nodeAddresses: readonly string[]) {
    this.#conntrack = conntrack
    this.#nodeAddresses = nodeAddresses
  }

  /** Notes what a process before us did. What we know ourselves is older, as its flows are not deleted yet: it stays. */
  adopt(services: ReadonlyMap<string, UdpService>): void {
    for (const [service, udp] of services) if (!this.#done.has(service)) this.#done.set(service, udp)
  }

  /**
   * The kernel does this for these Services now, or nothing any more. Gives whether there was anything to delete. Throws
   * KernelError CONNTRACK_FAILED.
   */
  settled(services: Iterable<readonly [service: string, forwarding: ServiceForwarding | undefined]>): boolean {
    const stale = [...services].flatMap(([service, forwarding]) => {
      const now = forwarding?.ports.some(({ protocol }) => protocol === 'UDP') ? forwarding : undefined
      const before = this.#done.get(service)
      if (now === undefined) this.#done.delete(service)
      else this.#done.set(service, now)
      return staleFlows(before, now, this.#nodeAddresses)
    })
    if (stale.length > 0) this.#conntrack.deleteUdp(stale)
    return stale.length > 0
  }
}
