import { backoff, type Clock } from '#clock/clock.ts'
import type { UpstreamAddress } from './upstream-address.ts'

export type UpstreamPolicy = 'random' | 'round_robin' | 'sequential'

/** Questions in a row that a server leaves without an answer before it is left out. */
const MOST_FAILURES = 2
/** For how long, milliseconds: doubled each time that it fails again. */
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 30_000

interface ServerState {
  readonly server: UpstreamAddress
  /** Its number in the list. */
  readonly index: number
  failures: number
  /** Until when it is left out, milliseconds since the epoch. */
  outUntil: number
}

interface UpstreamServersOptions {
  readonly servers: readonly UpstreamAddress[]
  readonly policy: UpstreamPolicy
  readonly clock: Clock
  readonly random: () => number
}

/** Some nameservers that know the same, and how well each of them is. */
export class UpstreamServers {
  readonly #options: UpstreamServersOptions
  readonly #states: readonly ServerState[]
  #turn = 0

  constructor(options: UpstreamServersOptions) {
    this.#options = options
    this.#states = options.servers.map((server, index) => ({ server, index, failures: 0, outUntil: 0 }))
  }

  /**
   * In which order to ask. Those that are left out come last, the one first whose time is up next: where all are out,
   * asking them is better than asking nobody.
   */
  order(): readonly ServerState[] {
    const now = this.#options.clock.now()
    const well = this.#states.filter(({ outUntil }) => outUntil <= now)
    const out = this.#states.filter(({ outUntil }) => outUntil > now).sort((a, b) => a.outUntil - b.outUntil)
    return [...this.#byPolicy(well), ...out]
  }

  answered(state: ServerState): void {
    state.failures = 0
    state.outUntil = 0
  }

  /** It gave no answer. True where it is left out now, and was not before. */
  failed(state: ServerState): boolean {
    const { clock, random } = this.#options
    state.failures++
    if (state.failures < MOST_FAILURES) return false
    const wasOut = state.outUntil > clock.now()
    const again = state.failures - MOST_FAILURES
    state.outUntil = clock.now() + backoff(again, FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS, random)
    return !wasOut
  }

  #byPolicy(well: readonly ServerState[]): readonly ServerState[] {
    if (this.#options.policy === 'sequential' || well.length < 2) return well
    const turn = this.#options.policy === 'random' ? Math.floor(this.#options.random() * well.length) : this.#turn++
    const first = turn % well.length
    return [...well.slice(first), ...well.slice(0, first)]
  }
}
