/** Time as an argument: the system's in production, a hand-moved one in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once, `ms` from now at the earliest; the answer cancels it. */
  after(ms: number, callback: () => void): () => void
}

/** The longest delay that a Node.js timer takes; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST))
    // A retry that waits must not keep a process alive that has nothing else to do.
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms`, or at once when `signal` aborts: the caller looks at the signal next. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const stop = () => {
      cancel()
      resolve()
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop)
  })

/**
 * `base` doubled `failures` times, at most `most`, of which a random half is taken off so that many clients do not
 * return together.
 */
export const backoff = (failures: number, base: number, most: number, random: () => number): number => {
  const full = Math.min(most, base * 2 ** failures)
  return full / 2 + (full / 2) * random()
}
