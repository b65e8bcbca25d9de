import type { ApiObject } from '#api/resource.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { Clock } from '#clock/clock.ts'

/** How often it is looked whether somebody has changed the networks, milliseconds: as with tables of rules. */
const PERIOD_MS = 10_000
/** Looking takes at most this part of the time. */
const PART = 0.01

/** What somebody had changed, in words, and what keeps it so: undefined where it has been put right. */
export interface Change {
  /** Of what, in words. */
  readonly who: string
  /** The object that the Event is of; none where there is no such object. */
  readonly about: ApiObject | undefined
  readonly found: readonly string[]
  readonly error: unknown
}

export interface ChangeWatchOptions {
  /** Looks, and puts right what somebody has changed. */
  readonly audit: () => readonly Change[]
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly log: (message: string, error?: unknown) => void
}

/** Looks again and again whether somebody has changed what is kept, has it put right, and tells it as an Event. */
export class ChangeWatch {
  readonly #options: ChangeWatchOptions
  /** What could not be put right, so that it is told once. */
  #lasting = new Map<string, string>()
  #cancel = (): void => undefined

  constructor(options: ChangeWatchOptions) {
    this.#options = options
    this.#wait(0)
  }

  /** What could not be put right when it was last looked, in words. */
  get lasting(): readonly string[] {
    return [...this.#lasting.values()]
  }

  /** What is wrong now, in words; it is put right on the way, so that a second look finds less. */
  look(): readonly string[] {
    const { audit, events, log } = this.#options
    const lasting = new Map<string, string>()
    const texts = audit().map(({ who, about, found, error }) => {
      const fault = `${who}: ${found.join(', ')}`
      const text = `${fault}; ${error === undefined ? 'put right' : `cannot be put right: ${(error as Error).message}`}`
      if (error !== undefined) lasting.set(fault, text)
      if (this.#lasting.has(fault)) return text
      log(text)
      const reason = error === undefined ? 'NetworkMended' : 'NetworkBroken'
      if (about !== undefined) events.record(about, 'Warning', reason, text)
      return text
    })
    this.#lasting = lasting
    return texts
  }

  close(): void {
    this.#cancel()
  }

  #wait(took: number): void {
    const { clock, log } = this.#options
    this.#cancel = clock.after(Math.max(PERIOD_MS, took / PART), () => {
      const from = performance.now()
      try {
        this.look()
      } catch (error) {
        log('the networks cannot be looked at', error)
      }
      this.#wait(performance.now() - from)
    })
  }
}
