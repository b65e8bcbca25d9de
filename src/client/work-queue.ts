import { backoff, type Clock } from '#clock/clock.ts'

interface WorkQueueOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  /** Keys worked on at the same time; one key never is twice. */
  readonly concurrency?: number
  /** Milliseconds; doubles with each failure of the same key. */
  readonly firstDelay?: number
  readonly longestDelay?: number
  readonly onError?: (key: string, error: unknown, retryIn: number) => void
  /** A failure that trying again does not mend: the key is let be until it is noted again. */
  readonly isFinal?: (error: unknown) => boolean
}

/**
 * Keys to be worked on: noted any number of times, worked on once. A key noted while it is worked on comes again after.
 * Work starts in the check phase of the same turn of the event loop (`setImmediate`), so that everything that one read
 * of a socket brought falls into one run, without a timer. Only retries wait.
 */
export class WorkQueue {
  readonly #process: (key: string) => Promise<unknown>
  readonly #options: WorkQueueOptions
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  readonly #again = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>()
  #idle: (() => void)[] = []
  #started = false
  #scheduled = false

  /**
   * Where `process` resolves to a number, the key is due again after so many milliseconds; what it throws is retried.
   */
  constructor(process: (key: string) => Promise<unknown>, options: WorkQueueOptions) {
    this.#process = process
    this.#options = options
    options.signal.addEventListener(
      'abort',
      () => {
        for (const { cancel } of this.#delayed.values()) cancel()
        this.#delayed.clear()
        this.#waiting.clear()
        this.#again.clear()
        this.#settle()
      },
      { once: true },
    )
  }

  /** Until then keys are only collected: a controller must not work before its caches have synced. */
  start(): void {
    this.#started = true
    this.#schedule()
  }

  add(key: string): void {
    if (this.#options.signal.aborted) return
    if (this.#running.has(key)) this.#again.add(key)
    else this.#waiting.add(key)
    this.#schedule()
  }

  /** The earliest of several delays of one key counts. */
  addAfter(key: string, ms: number): void {
    if (this.#options.signal.aborted) return
    const at = this.#options.clock.now() + ms
    const before = this.#delayed.get(key)
    if (before && before.at <= at) return
    before?.cancel()
    const cancel = this.#options.clock.after(ms, () => {
      this.#delayed.delete(key)
      this.add(key)
    })
    this.#delayed.set(key, { at, cancel })
  }

  /** Resolves when nothing is waiting or running; keys that wait for a retry do not count. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0
  }

  #schedule(): void {
    if (this.#scheduled || !this.#started || this.#waiting.size === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#run()
    })
  }

  #run(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= (this.#options.concurrency ?? 8)) return
      this.#waiting.delete(key)
      this.#running.add(key)
      void this.#work(key)
    }
  }

  async #work(key: string): Promise<void> {
    const { clock: _, random, signal, onError, isFinal, firstDelay = 5, longestDelay = 60_000 } = this.#options
    try {
      const dueIn = await this.#process(key)
      this.#failures.delete(key)
      if (typeof dueIn === 'number') this.addAfter(key, dueIn)
    } catch (error) {
      if (isFinal?.(error)) this.#failures.delete(key)
      else if (!signal.aborted) {
        const failures = this.#failures.get(key) ?? 0
        this.#failures.set(key, failures + 1)
        const retryIn = backoff(failures, firstDelay, longestDelay, random)
        onError?.(key, error, retryIn)
        this.addAfter(key, retryIn)
      }
    } finally {
      this.#running.delete(key)
      if (this.#again.delete(key)) this.#waiting.add(key)
      if (this.#waiting.size > 0) this.#schedule()
      else this.#settle()
    }
  }

  #settle(): void {
    if (!this.isIdle) return
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}
