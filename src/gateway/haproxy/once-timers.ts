import type { Clock } from '#clock/clock.ts'

/** What is to be done in a while: each once, by its name, at the earliest time that was said; nothing once the signal has come. */
export class OnceTimers {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #waiting = new Map<string, { readonly at: number; readonly cancel: () => void }>()

  constructor({ clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }) {
    this.#clock = clock
    this.#signal = signal
    signal.addEventListener('abort', () => {
      for (const { cancel } of this.#waiting.values()) cancel()
    })
  }

  has(name: string): boolean {
    return this.#waiting.has(name)
  }

  later(name: string, ms: number, work: () => void): void {
    const at = this.#clock.now() + ms
    const before = this.#waiting.get(name)
    if (this.#signal.aborted || (before !== undefined && before.at <= at)) return
    before?.cancel()
    const cancel = this.#clock.after(ms, () => {
      this.#waiting.delete(name)
      work()
    })
    this.#waiting.set(name, { at, cancel })
  }
}
