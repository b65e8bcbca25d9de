import type { Clock } from '#clock/clock.ts'

/** Between questions of our own, milliseconds. */
const PERIOD_MS = 10_000

interface DnsCheckOptions {
  readonly addresses: readonly string[]
  /** Whether DNS answers a query on an address; false where it takes too long. */
  readonly isAnswering: (address: string) => Promise<boolean>
  /** Whether connections are taken on an address; false where they are refused. */
  readonly isListening: (address: string) => Promise<boolean>
  /** Somebody has closed our sockets: of that nothing else tells us. */
  readonly onClosed: (addresses: readonly string[]) => void
  readonly clock: Clock
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Asks our own DNS as any pod does, again and again: that a socket is there does not say that it answers. One that gives
 * no answer may only have too many questions, in a flood of them; one that refuses connections is gone.
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
    const { addresses, isAnswering, isListening, onClosed } = this.#options
    const [answering, listening] = await Promise.all([
      Promise.all(addresses.map(isAnswering)),
      Promise.all(addresses.map(isListening)),
    ])
    if (this.#isClosed) return
    this.#silent = addresses.filter((_, index) => !answering[index])
    const closed = addresses.filter((_, index) => !listening[index])
    if (closed.length > 0) onClosed(closed)
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
