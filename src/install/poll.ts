import { type Clock, sleep } from '#clock/clock.ts'

const LOOK_MS = 250

interface Polling {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/**
 * Looks again and again until there is an answer. Gives it, or undefined where there is none in time. Rejects with the
 * signal's reason, and as `look` does.
 */
export const poll = async <T>(
  look: () => Promise<T | undefined>,
  { clock, signal, timeoutMs }: Polling,
): Promise<T | undefined> => {
  const end = clock.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== undefined || clock.now() >= end) return found
    await sleep(clock, LOOK_MS, signal)
    signal.throwIfAborted()
  }
}
