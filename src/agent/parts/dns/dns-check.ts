import type { Clock } from '#clock/clock.ts'

/** Between questions of our own, milliseconds. */
const PERIOD_MS = 10_000

interface DnsCheckOptions {
  readonly addresses: readonly string[]
  /** Whether DNS answers a query on an address; false where it takes too long. */
  readonly isAnswering: (address: string) => Promise<boolean>
  /** Told each time that all have been asked. */
  readonly onChecked?: () => void
  readonly clock: Clock
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Asks our own DNS as any pod does, again and again: that a socket is there does not say that it answers. One that gives
 * no answer may only have too many questions, in a flood of them: it is named, and left as it is.
 */
export class DnsCheck {
  readonly #options: DnsCheckOptions
  #silent: readonly string[] = []
  #cancel = (): void => undefined
  #isClosed = false

  /** The sockets have just been bound: they are asked later, when nobody waits for the node any more. */
  constructor(options: DnsCheckOptions) {
    this.#options = options
    this.#wait()
  }

  /** Addresses that gave no answer when they were last asked. */
  get silent(): readonly string[] {
    return this.#silent
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #check(): Promise<void> {
    const { addresses, isAnswering } = this.#options
    const answering = await Promise.all(addresses.map(isAnswering))
    if (!this.#isClosed) this.#silent = addresses.filter((_, index) => !answering[index])
  }

  #wait(): void {
    if (this.#isClosed) return
    this.#cancel = this.#options.clock.after(PERIOD_MS, () => {
      this.#check()
        .catch((error: unknown) => {
          this.#silent = this.#options.addresses
          this.#options.log('DNS cannot be asked', error)
        })
        .finally(() => {
          if (!this.#isClosed) this.#options.onChecked?.()
          this.#wait()
        })
    })
  }
}
