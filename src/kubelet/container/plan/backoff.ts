/**
 * Kubernetes' back-off: 10 s, doubling to 300 s, forgotten after 10 minutes without a failure. Times are milliseconds.
 */
export interface Backoff {
  readonly delay: number
  readonly updatedAt: number
}

export const BACKOFF_FIRST = 10_000
const BACKOFF_MAX = 300_000
const BACKOFF_RESET = 600_000

/** The back-off after one more failure at `now`. */
export const nextBackoff = (previous: Backoff | undefined, now: number): Backoff => ({
  delay:
    previous === undefined || now - previous.updatedAt > BACKOFF_RESET
      ? BACKOFF_FIRST
      : Math.min(previous.delay * 2, BACKOFF_MAX),
  updatedAt: now,
})

/**
 * When something that ended at `endedAt` may be tried again. The first failure is retried at once: there is no back-off
 * yet, and most first exits are an application that raced its database.
 */
export const retryAt = (backoff: Backoff | undefined, endedAt: number): number =>
  backoff === undefined || endedAt - backoff.updatedAt > BACKOFF_RESET ? endedAt : endedAt + backoff.delay

/** Go's text of a duration in whole seconds, as it stands in Kubernetes' messages: `10s`, `1m20s`, `5m0s`. */
export const backoffText = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
