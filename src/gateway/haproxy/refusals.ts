import { backoff, type Clock } from '#clock/clock.ts'
import { type Found, MOST_REFUSED, type Wanted } from './isolate.ts'

const FIRST_MS = 60_000
const LONGEST_MS = 3_600_000
/** What is to be tried again in one of these is tried together: plans wait for each search. */
const ROUND_MS = 60_000

const NOT_ASKED = `HAProxy refuses ${MOST_REFUSED} parts of this namespace that came together with it, and is asked for it in one or two minutes`

interface Refusal {
  readonly words: string
  /** What the part was when it was refused. */
  readonly text: string
  readonly tries: number
  /** When it is tried again. */
  readonly until: number
}

/** Parts that HAProxy does not want: left out until they are others, or until it is time to ask it again. */
export class Refusals {
  readonly #refused = new Map<string, Refusal>()
  readonly #clock: Clock
  readonly #random: () => number
  /** When rounds begin: not all proxies search at once. */
  readonly #phase: number

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
    this.#phase = Math.floor(random() * ROUND_MS)
  }

  /** HAProxy's words, by ids. */
  get words(): ReadonlyMap<string, string> {
    return new Map([...this.#refused].map(([id, { words }]) => [id, words]))
  }

  /** When the next one is to be tried again; undefined where there is none. */
  get nextTry(): number | undefined {
    const times = [...this.#refused.values()].map(({ until }) => until)
    return times.length > 0 ? Math.min(...times) : undefined
  }

  /** Ids of those that stay left out: they are as they were, and it is not time to ask again. */
  leftOut(wanted: Wanted): ReadonlySet<string> {
    if (this.#refused.size === 0) return new Set()
    const parts = wanted.parts()
    const now = this.#clock.now()
    const isOut = (id: string, { text, until }: Refusal): boolean => until > now && parts.get(id) === text
    return new Set([...this.#refused].filter(([id, refusal]) => isOut(id, refusal)).map(([id]) => id))
  }

  /** Ids of all that has been refused and not been taken since. */
  get ids(): readonly string[] {
    return [...this.#refused.keys()]
  }

  /** Of a search among all parts but those that stay left out: others that it did not find are not refused. */
  note({ refused, notAsked }: Found, wanted: Wanted, leftOut: ReadonlySet<string>): void {
    const parts = wanted.parts()
    const before = new Map(this.#refused)
    for (const id of before.keys()) if (!leftOut.has(id)) this.#refused.delete(id)
    const knownOf = (id: string): Refusal | undefined => {
      const known = before.get(id)
      return known?.text === parts.get(id) ? known : undefined
    }
    const add = (id: string, words: string, tries: number, waited = tries): void => {
      this.#refused.set(id, { words, text: parts.get(id) ?? '', tries, until: this.#roundAfter(waited) })
    }
    for (const [id, words] of refused) add(id, words, (knownOf(id)?.tries ?? -1) + 1)
    // What has been refused as it is has its words until it is asked for.
    for (const id of notAsked) {
      const { words = NOT_ASKED, tries = 0 } = knownOf(id) ?? {}
      add(id, words, tries, 0)
    }
  }

  /** The round in which something is tried again that has been tried so often. */
  #roundAfter(tries: number): number {
    const earliest = this.#clock.now() + backoff(tries, FIRST_MS, LONGEST_MS, this.#random)
    return Math.ceil((earliest - this.#phase) / ROUND_MS) * ROUND_MS + this.#phase
  }

  /** All but these have been taken. */
  accepted(leftOut: ReadonlySet<string>): void {
    for (const id of this.#refused.keys()) if (!leftOut.has(id)) this.#refused.delete(id)
  }
}
