import { readFileSync } from 'node:fs'

/** A kubelet renews a token well before it ends; re-reading it once a minute follows in time. */
const TOKEN_AGE = 60_000

/**
 * The token of a file that rotates. Where it cannot be read again, the last one stays; one that never could is the
 * `fallback`, or Node's error. `clock` counts milliseconds.
 */
export const fileToken = (path: string, fallback?: string, clock: { now(): number } = performance) => {
  let token = fallback
  let readAt = Number.NEGATIVE_INFINITY
  return (): string => {
    const now = clock.now()
    if (now - readAt > TOKEN_AGE) {
      try {
        token = readFileSync(path, 'utf8').trim()
      } catch (error) {
        if (token === undefined) throw error
      }
      readAt = now
    }
    return token!
  }
}
