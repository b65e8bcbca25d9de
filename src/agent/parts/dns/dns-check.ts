import type { Clock } from '#client/clock.ts'

/** Between questions of our own, milliseconds. */
const PERIOD_MS = 10_000

export interface DnsCheckOptions {
  readonly addresses: readonly string[]
  /** Whether DNS answers on an address; false where it takes too long. */
  readonly ask: (address: string) => Promise<boolean>
  readonly clock: Clock
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Asks our own DNS as any pod does, again and again: that a socket is there does not say that it answers. `silent` are
 * the addresses that gave no answer the last time.
 */
export class DnsCheck {
  readonly #options: DnsCheckOptions
  #silent: readonly string[]
  #cancel = (): void => undefined
  #isClosed = false

  constructor(options: DnsCheckOptions) {
    this.#options = options
    this.#silent = options.addresses
  }

  get silent(): readonly string[] {
    return this.#silent
  }

  /** Asks now, and from then on again and again. Rejects where nobody could be asked. */
  async start(): Promise<void> {
    await this.#check()
    this.#wait()
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #check(): Promise<void> {
    const { addresses, ask } = this.#options
    const answered = await Promise.all(addresses.map(ask))
    this.#silent = addresses.filter((_, index) => !answered[index])
  }

  #wait(): void {
    if (this.#isClosed) return
    this.#cancel = this.#options.clock.after(PERIOD_MS, () => {
      this.#check()
        .catch((error: unknown) => {
          this.#silent = this.#options.addresses
          this.#options.log('DNS cannot be asked', error)
        })
        .finally(() => this.#wait())
    })
  }
}
