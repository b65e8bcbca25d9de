import type { Clock } from '#clock/clock.ts'
import { Timer } from './timer.ts'

const SECOND = 1_000
/** Until the peer's OPEN: RFC 4271 section 8.2.2 asks for a large value. */
const OPEN_HOLD_MS = 240 * SECOND
/** RFC 4271 section 10: no more than a quarter off. */
const JITTER = 0.25

interface LivenessOptions {
  readonly clock: Clock
  readonly random: () => number
  /** 0: a third of the hold time. */
  readonly keepaliveSeconds: number
  readonly sayKeepalive: () => void
  /** The peer has said nothing for the hold time. */
  readonly missed: () => void
}

/** By which two sides know that the other is there: the hold timer and the keepalive timer, RFC 4271 section 4.4. */
export class Liveness {
  readonly #options: LivenessOptions
  readonly #hold: Timer
  readonly #keepalive: Timer
  #holdMs = OPEN_HOLD_MS
  #chunks = 0

  constructor(options: LivenessOptions) {
    this.#options = options
    this.#hold = new Timer(options.clock)
    this.#keepalive = new Timer(options.clock)
    this.heard()
  }

  /** Milliseconds; 0: without end. */
  get holdMs(): number {
    return this.#holdMs
  }

  /** Both have said their hold time: the shorter one counts. Begins to say KEEPALIVE, at once. */
  agree(holdSeconds: number): void {
    this.#holdMs = holdSeconds * SECOND
    this.#keepAlive()
    this.heard()
  }

  /** Octets have come, though perhaps no whole message. */
  read(): void {
    this.#chunks++
  }

  /** The peer has said what shows that it is there. */
  heard(): void {
    if (this.#holdMs === 0) this.#hold.stop()
    else this.#hold.set(this.#holdMs, () => this.#miss())
  }

  stop(): void {
    this.#hold.stop()
    this.#keepalive.stop()
  }

  #miss(): void {
    // Where this process stood still, what the peer has sent meanwhile is read before this is called.
    const chunks = this.#chunks
    this.#hold.set(0, () => {
      if (this.#chunks === chunks) this.#options.missed()
      else this.heard()
    })
  }

  #keepAlive(): void {
    const { keepaliveSeconds, random, sayKeepalive } = this.#options
    sayKeepalive()
    if (this.#holdMs === 0) return
    const third = this.#holdMs / 3
    const every = Math.min(keepaliveSeconds * SECOND || third, third)
    this.#keepalive.set(every * (1 - JITTER * random()), () => this.#keepAlive())
  }
}
