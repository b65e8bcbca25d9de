import { configMaps } from '#api/core/configmap/resource.ts'
import type { Client } from '#client/client.ts'
import type { Clock } from '#clock/clock.ts'
import { hostNameservers } from '#dns/forward/nameservers.ts'
import { takeCorefile } from '#names/corefile/take-corefile.ts'
import type { TakenCorefile } from '#names/corefile/taken-corefile.ts'
import { splitKey } from '#objects/object-key.ts'
import type { NodeDnsOptions } from '../../sources/node-dns-options.ts'
import type { NameServer } from '../../sources/sources.ts'
import { nodeDnsSettings } from './node-dns-settings.ts'

/** How often the machine's file is read, and the Corefile, milliseconds; the latter by each node of a cluster, so seldom. */
const FILE_MS = 5_000
const COREFILE_MS = 600_000

interface DnsConfigurationOptions {
  readonly options: NodeDnsOptions
  readonly server: NameServer
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly dnsAddresses: () => readonly string[]
  /** CIDRs of pods and Services. */
  readonly ranges: readonly string[]
  readonly log: (message: string, error?: unknown) => void
}

/** Keeps the server as options, the Corefile and the machine's nameservers say, and as these change. */
export class DnsConfiguration {
  readonly #options: DnsConfigurationOptions
  #corefile: TakenCorefile | undefined
  #corefileFault: string | undefined
  #refused: readonly string[] = []
  #applied = ''
  /** Nameservers that lead back to us, and those that there were when that was seen. */
  #looping = { among: '', servers: new Set<string>() }
  readonly #cancels = new Map<string, () => void>()
  #isClosed = false

  constructor(options: DnsConfigurationOptions) {
    this.#options = options
  }

  /** Reads all of it, and reads it again and again until it is closed. */
  async start(): Promise<void> {
    await this.#readCorefile()
    this.apply()
    this.#again('file', FILE_MS, () => this.apply())
    this.#again('corefile', COREFILE_MS, () => void this.#readCorefile().then(() => this.apply()))
  }

  /** What of it cannot be done, in words. */
  get faults(): readonly string[] {
    return [...(this.#corefileFault === undefined ? [] : [this.#corefileFault]), ...this.#refused]
  }

  /** The cluster's DNS leads here now: so does whoever asks it. */
  async lookForLoops(): Promise<void> {
    await this.#options.server.lookForLoops()
    this.apply()
  }

  close(): void {
    this.#isClosed = true
    for (const cancel of this.#cancels.values()) cancel()
  }

  /** Looks what the machine's file says now. */
  apply(): void {
    if (this.#isClosed) return
    const { options, server, dnsAddresses, ranges, log } = this.#options
    const { zone } = server
    try {
      const path = options.resolvConf ?? this.#corefile?.resolvConf ?? '/etc/resolv.conf'
      const { servers: nameservers } = hostNameservers(path)
      const among = JSON.stringify([nameservers, this.#corefile, dnsAddresses()])
      if (among !== this.#looping.among) this.#looping = { among, servers: new Set() }
      else for (const loop of server.loops) this.#looping.servers.add(loop)
      const settings = nodeDnsSettings({
        options,
        corefile: this.#corefile,
        nameservers,
        domain: zone.domain,
        dnsAddresses: dnsAddresses(),
        looping: this.#looping.servers,
      })
      this.#refused = settings.refused
      const wanted = JSON.stringify([settings, dnsAddresses()])
      if (wanted === this.#applied) return
      this.#applied = wanted
      zone.configure({ dnsAddresses: dnsAddresses(), ttl: settings.ttl, pods: settings.pods, ranges })
      server.configure(settings.beside)
      void server.lookForLoops().then(() => server.loops.length > 0 && this.apply())
    } catch (error) {
      // What was said before holds on.
      log('the nameservers of the machine cannot be read', error)
    }
  }

  async #readCorefile(): Promise<void> {
    const { options, client, log } = this.#options
    if (options.corefile === undefined) return
    const { namespace, name } = splitKey(options.corefile)
    try {
      const { data = {} } = await client.get(configMaps, name, { namespace })
      const taken = takeCorefile(data.Corefile ?? '', data)
      if (JSON.stringify(taken.left) !== JSON.stringify(this.#corefile?.left))
        for (const { line, text } of taken.left) log(`Corefile of ${options.corefile}, line ${line}: ${text}`)
      this.#corefile = taken
      this.#corefileFault = undefined
    } catch (error) {
      this.#corefileFault = `the Corefile of ${options.corefile} is not taken: ${(error as Error).message}`
    }
  }

  #again(what: string, ms: number, look: () => void): void {
    if (this.#isClosed) return
    const { clock, random } = this.#options
    this.#cancels.set(
      what,
      clock.after(ms * (0.9 + 0.2 * random()), () => {
        look()
        this.#again(what, ms, look)
      }),
    )
  }
}
