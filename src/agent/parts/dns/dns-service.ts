import type { Server } from 'node:net'
import { FloodGauge, type FloodOptions } from '#dns/flood-gauge.ts'
import { countsByName, DnsServer } from '#dns/server.ts'
import { Upstream } from '#dns/upstream.ts'
import type { DatagramServer } from '#kernel/datagram-server.ts'
import type { Zone } from '#names/zone.ts'
import type { DnsThread } from './dns-thread.ts'

export interface DnsServiceOptions {
  readonly zone: Zone
  readonly dnsAddresses: readonly string[]
  readonly udp: readonly DatagramServer[]
  readonly tcp: readonly Server[]
  /** Where names outside are asked; absent: nowhere. */
  readonly nameservers?: readonly string[]
  readonly log: (message: string) => void
  /** What counts as a flood, where it is not the usual. */
  readonly flood?: FloodOptions
}

/**
 * DNS of this process's nodes. As long as few ask, this thread answers; in a flood it would have no time left for
 * Services, so another thread is made then, which takes over what comes by UDP and keeps it. A cluster that is not
 * flooded does not pay for one: 14 MB.
 */
export class DnsService {
  readonly #options: DnsServiceOptions
  readonly #server: DnsServer
  #isFlooded = false
  #thread: DnsThread | undefined
  #isThreadServing = false

  constructor(options: DnsServiceOptions) {
    this.#options = options
    const { zone, udp, tcp, nameservers, log } = options
    const gauge = new FloodGauge(() => performance.now(), options.flood)
    this.#server = new DnsServer({
      zone,
      udp,
      tcp,
      upstream: nameservers && new Upstream(nameservers),
      random: Math.random,
      log,
      onDatagram: () => {
        if (!gauge.count() || this.#isFlooded) return
        this.#isFlooded = true
        this.#startThread().catch((error: Error) => log(`no thread takes over: ${error.stack}`))
      },
    })
  }

  get thread(): DnsThread | undefined {
    return this.#isThreadServing ? this.#thread : undefined
  }

  /** What was answered so far, by whichever thread: `NOERROR` → 12. */
  answeredByName(): ReadonlyMap<string, number> {
    const counts = new Map(this.#server.answeredByName())
    if (this.#thread)
      for (const [name, count] of countsByName(this.#thread.counts)) counts.set(name, count + (counts.get(name) ?? 0))
    return counts
  }

  close(): void {
    this.#server.close()
  }

  async #startThread(): Promise<void> {
    const { zone, udp, dnsAddresses, nameservers, log } = this.#options
    log('a flood of queries: a thread of its own takes over')
    const { DnsThread } = await import('./dns-thread.ts')
    this.#thread = new DnsThread({
      zone,
      udp,
      domain: zone.domain,
      dnsAddresses,
      nameservers,
      log,
      onServing: () => {
        this.#isThreadServing = true
        this.#server.pauseUdp()
      },
      // No second one is made: what ended this one might end that one too.
      onEnd: () => {
        if (!this.#isThreadServing) return
        this.#isThreadServing = false
        this.#server.serveUdp()
      },
    })
  }
}
