import type { Clock } from '#clock/clock.ts'
import { foldName } from '#names/dns-name.ts'
import { type Exchange, exchangeUdp } from './exchange.ts'
import { parseUpstream } from './upstream-address.ts'
import { upstreamQuery } from './upstream-query.ts'

/** A type that no resolver of a machine answers by itself, as CoreDNS's plugin `loop` asks for. */
const HINFO = 13
const TIMEOUT_MS = 2_000

/**
 * Asks each nameserver for a name that nobody has. Where the question comes to us, whom it asks in turn are we: each
 * question for a name outside would go round until somebody gives up.
 */
export class LoopProbe {
  readonly #clock: Clock
  readonly #word: () => string
  readonly #exchange: Exchange
  /** Name asked for → of which server. */
  readonly #asked = new Map<string, string>()
  readonly #found = new Set<string>()

  /** `word`: letters and digits that nobody guesses. */
  constructor(clock: Clock, word: () => string, exchange: Exchange = exchangeUdp) {
    this.#clock = clock
    this.#word = word
    this.#exchange = exchange
  }

  get found(): readonly string[] {
    return [...this.#found]
  }

  /** Asks these; those before are forgotten. */
  async look(servers: readonly string[]): Promise<void> {
    this.#asked.clear()
    this.#found.clear()
    await Promise.all(
      servers.map(async (server) => {
        const to = parseUpstream(server)
        if (to === undefined) return
        const name = `${this.#word()}.${this.#word()}`
        this.#asked.set(name, server)
        const question = { name, type: HINFO, class: 1 }
        const asked = {
          question,
          recursionDesired: true,
          checkingDisabled: false,
          dnssecOk: false,
          authenticData: false,
        }
        const options = { clock: this.#clock, timeoutMs: TIMEOUT_MS }
        // What it says does not matter, nor whether it does.
        await this.#exchange(to, upstreamQuery(asked, Math.random), options).catch(() => undefined)
      }),
    )
  }

  /** Whether somebody asks us for a name that we asked somebody for: noted, if so. */
  isOurs(name: string): boolean {
    if (this.#asked.size === 0) return false
    const server = this.#asked.get(foldName(name))
    if (server !== undefined) this.#found.add(server)
    return server !== undefined
  }
}
