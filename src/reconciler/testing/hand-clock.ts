import type { Clock } from '../clock.ts'

/** A proxy's clock that a test turns. It holds one timer, as a proxy never sets two. */
export class HandClock implements Clock {
  #now: number
  #timer: { readonly callback: () => void; readonly at: number } | undefined

  constructor(now = 0) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    this.#timer = { callback, at: this.#now + milliseconds }
    return this.#timer
  }

  clearTimeout(timer: unknown): void {
    if (this.#timer === timer) this.#timer = undefined
  }

  /** Lets time pass, and rings if the timer is due by then. */
  advance(milliseconds: number): void {
    this.#now += milliseconds
    if (this.#timer !== undefined && this.#timer.at <= this.#now) this.#ring()
  }

  /** Goes on to the next timer, so many times, or until none is set. */
  settle(most: number): void {
    for (let tries = 0; tries < most && this.#timer !== undefined; tries++) {
      this.#now = this.#timer.at
      this.#ring()
    }
  }

  #ring(): void {
    const timer = this.#timer
    this.#timer = undefined
    timer?.callback()
  }
}
