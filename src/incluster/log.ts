import { writeSync } from 'node:fs'

const STDERR = 2

/**
 * Gives what writes a line, time and message, to standard error, where the container's runtime keeps it. What cannot be
 * written is given up: a log is no reason to end.
 */
export const logLine = (who: string, message: string, error?: unknown): void => {
  const text = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`
  try {
    writeSync(STDERR, `${new Date().toISOString()} ${who}: ${message}${text}\n`)
  } catch {
    // The disk of the log is full, or its reader is gone.
  }
}
