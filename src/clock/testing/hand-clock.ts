import type { Clock } from '../clock.ts'

/** Time that moves only when told to. */
export class HandClock implements Clock {
  #now: number
  #timers: { readonly at: number; readonly callback: () => void }[] = []

  constructor(now = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(ms, 0), callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  /** Milliseconds until the next timer, or undefined. */
  get next(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map(({ at }) => at)) - this.#now
  }

  /** Moves on, running what falls due in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter((other) => other !== due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
    }
    this.#now = end
  }

  /** As a machine that slept: what fell due meanwhile runs when it wakes, each once, and not each time that it would have. */
  sleep(ms: number): void {
    this.#now += ms
    const isDue = ({ at }: { readonly at: number }): boolean => at <= this.#now
    const due = this.#timers.filter(isDue).sort((a, b) => a.at - b.at)
    // What one of them cancels does not run.
    for (const timer of due)
      if (this.#timers.includes(timer)) {
        this.#timers = this.#timers.filter((other) => other !== timer)
        timer.callback()
      }
  }

  /** Goes on to the next timer, so many times, or until none is set. */
  settle(most: number): void {
    for (let times = 0; times < most && this.next !== undefined; times++) this.advance(this.next)
  }
}
