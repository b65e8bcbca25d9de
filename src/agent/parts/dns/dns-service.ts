import { randomBytes } from 'node:crypto'
import { systemClock } from '#clock/clock.ts'
import { DnsCounts } from '#dns/dns-counts.ts'
import { FloodGauge, type FloodOptions } from '#dns/flood-gauge.ts'
import { LoopProbe } from '#dns/forward/loop-probe.ts'
import { upstreamSlots } from '#dns/forward/outside.ts'
import { DnsServer, type DnsSockets } from '#dns/server.ts'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import type { Zone } from '#names/zone.ts'
import { type BesideZone, besideZone } from '../../sources/beside-zone.ts'
import type { NameServer } from '../../sources/sources.ts'
import type { DnsThread } from './dns-thread.ts'

interface DnsServiceOptions {
  readonly zone: Zone
  /** Resolves when the zone holds all that there is. */
  readonly filled: Promise<void>
  /** Where names outside are asked; absent: nowhere, until it is configured. */
  readonly nameservers?: readonly string[] | undefined
  readonly log: (message: string) => void
  /** What counts as a flood, where it is not the usual. */
  readonly flood?: FloodOptions
}

/**
 * DNS of this process's nodes. As long as few ask, this thread answers; in a flood it would have no time left for
 * Services, so another thread is made then, which takes over what comes by UDP and keeps it. A cluster that is not
 * flooded does not pay for one: 14 MB.
 */
export class DnsService implements NameServer {
  readonly filled: Promise<void>
  readonly #options: DnsServiceOptions
  readonly #server: DnsServer
  readonly #udp = new Set<DatagramServer>()
  #isFlooded = false
  #thread: DnsThread | undefined
  #isThreadServing = false
  readonly #counts = new DnsCounts()
  readonly #loops = new LoopProbe(systemClock, () => randomBytes(8).toString('hex'))
  /** Of threads that have been ended. */
  readonly #former = new DnsCounts()
  #beside: BesideZone

  constructor(options: DnsServiceOptions) {
    this.#options = options
    this.filled = options.filled
    const { zone, nameservers, log } = options
    this.#beside = { outside: nameservers && { servers: nameservers }, hosts: [], hostsTtl: 0 }
    const gauge = new FloodGauge(() => performance.now(), options.flood)
    this.#server = new DnsServer({
      zone,
      udp: [],
      tcp: [],
      ...besideZone(this.#beside, this.#counts),
      counts: this.#counts,
      isProbe: (name) => this.#loops.isOurs(name),
      random: Math.random,
      log,
      onDatagram: () => {
        if (!gauge.count() || this.#isFlooded) return
        this.#isFlooded = true
        this.#startThread().catch((error: Error) => log(`no thread takes over: ${error.stack}`))
      },
    })
  }

  /** The thread, where there is one, knows those that were there when it was made: it ends where one comes or goes. */
  add(sockets: DnsSockets<DatagramServer>): () => void {
    this.#forgetThread()
    for (const socket of sockets.udp) this.#udp.add(socket)
    const close = this.#server.add(sockets)
    return () => {
      this.#forgetThread()
      for (const socket of sockets.udp) this.#udp.delete(socket)
      close()
    }
  }

  get thread(): DnsThread | undefined {
    return this.#isThreadServing ? this.#thread : undefined
  }

  get zone(): Zone {
    return this.#options.zone
  }

  get beside(): BesideZone {
    return this.#beside
  }

  /** Other servers are asked from now on. What was heard before is forgotten. */
  configure(beside: BesideZone): void {
    this.#forgetThread()
    for (const counts of [this.#counts, this.#former]) counts.forgetUpstreams()
    this.#beside = beside
    this.#server.configure(besideZone(beside, this.#counts))
  }

  async lookForLoops(): Promise<void> {
    await this.#loops.look(upstreamSlots(this.#beside.outside ?? { servers: [] }).map(({ server }) => server))
  }

  /** Nameservers that were asked and asked us. */
  get loops(): readonly string[] {
    return this.#loops.found
  }

  get pending(): number {
    return this.#server.pending
  }

  /** The zone has what changed then, milliseconds since the epoch. */
  programmed(changedAt: number): void {
    this.#counts.programmedAfter(Math.max(0, systemClock.now() - changedAt) / 1000)
  }

  /** What was counted so far, by whichever thread. */
  counts(): DnsCounts {
    const all = new DnsCounts()
    for (const counts of [this.#counts, this.#former, ...(this.#thread ? [this.#thread.counts] : [])]) all.add(counts)
    return all
  }

  answeredByName(): ReadonlyMap<string, number> {
    return this.counts().byRcode()
  }

  close(): void {
    this.#server.close()
  }

  /** The next flood makes another. */
  #forgetThread(): void {
    const thread = this.#thread
    if (thread === undefined) return
    this.#thread = undefined
    this.#isFlooded = false
    if (this.#isThreadServing) this.#server.serveUdp()
    this.#isThreadServing = false
    this.#former.add(thread.counts)
    // What it had kept went with it.
    for (const entries of ['entriesSuccess', 'entriesDenial'] as const) this.#former.setCache(entries, 0)
    void thread.terminate()
  }

  async #startThread(): Promise<void> {
    const { zone, log } = this.#options
    log('a flood of queries: a thread of its own takes over')
    const { DnsThread } = await import('./dns-thread.ts')
    const isOurs = (): boolean => this.#thread === thread
    const thread = new DnsThread({
      zone,
      udp: [...this.#udp],
      domain: zone.domain,
      beside: this.#beside,
      log,
      onServing: () => {
        if (!isOurs()) return
        this.#isThreadServing = true
        this.#server.pauseUdp()
      },
      // No second one is made: what ended this one might end that one too.
      onEnd: () => {
        if (!isOurs() || !this.#isThreadServing) return
        this.#isThreadServing = false
        this.#server.serveUdp()
      },
    })
    this.#thread = thread
  }
}
