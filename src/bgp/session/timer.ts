import type { Clock } from '#clock/clock.ts'

/** One deadline of a state machine: set again, it forgets the one before. */
export class Timer {
  readonly #clock: Clock
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isSet(): boolean {
    return this.#cancel !== undefined
  }

  set(ms: number, expired: () => void): void {
    this.stop()
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined
      expired()
    })
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
