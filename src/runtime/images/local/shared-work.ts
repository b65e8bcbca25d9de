interface Underway<T> {
  readonly done: Promise<T>
  readonly stop: AbortController
  waiting: number
}

/** How long what nobody waits for goes on, milliseconds: a pod that begins again is back by then. */
const LINGER_MS = 10_000

/** Work that many may want at once: who asks for what is under way waits for that, and what nobody wants any more ends. */
export class SharedWork<T> {
  readonly #underway = new Map<string, Underway<T>>()
  readonly #lingerMs: number

  constructor(lingerMs = LINGER_MS) {
    this.#lingerMs = lingerMs
  }

  /** `work` is to end by the signal that it is given. Rejects as it does, or with the reason of `signal`. */
  async join(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const shared = this.#underway.get(key) ?? this.#begin(key, work)
    shared.waiting++
    let leave = (): void => undefined
    try {
      const left = new Promise<never>((_, reject) => {
        leave = () => reject(signal?.reason)
        signal?.addEventListener('abort', leave, { once: true })
      })
      return await Promise.race([shared.done, left])
    } finally {
      signal?.removeEventListener('abort', leave)
      if (--shared.waiting === 0) this.#linger(key, shared)
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Underway<T> {
    const stop = new AbortController()
    const done = work(stop.signal).finally(() => this.#forget(key, shared))
    // Whoever waits hears of it; there may be nobody by then.
    done.catch(() => undefined)
    const shared: Underway<T> = { done, stop, waiting: 0 }
    this.#underway.set(key, shared)
    return shared
  }

  #linger(key: string, shared: Underway<T>): void {
    const end = (): void => {
      if (shared.waiting > 0 || this.#underway.get(key) !== shared) return
      // Who comes now wants another one.
      this.#forget(key, shared)
      shared.stop.abort(new Error('nobody waits for it any more'))
    }
    setTimeout(end, this.#lingerMs).unref()
  }

  #forget(key: string, shared: Underway<T>): void {
    if (this.#underway.get(key) === shared) this.#underway.delete(key)
  }
}
