/** So many datagrams within so many milliseconds are a flood: 20,000 a second, a tenth of what one thread can do. */
const FLOOD = { datagrams: 8192, withinMs: 400 } as const

export interface FloodOptions {
  readonly datagrams: number
  readonly withinMs: number
}

/** Tells a flood from much work. It looks at the clock once in thousands of datagrams. */
export class FloodGauge {
  readonly #options: FloodOptions
  readonly #now: () => number
  #count = 0
  #since: number

  /** `now` in milliseconds. */
  constructor(now: () => number, options: FloodOptions = FLOOD) {
    this.#now = now
    this.#options = options
    this.#since = now()
  }

  /** One more came; true where it fills the measure in less than the time. */
  count(): boolean {
    if (++this.#count < this.#options.datagrams) return false
    const now = this.#now()
    const isFlood = now - this.#since < this.#options.withinMs
    this.#count = 0
    this.#since = now
    return isFlood
  }
}
