import { statSync } from 'node:fs'
import type { Clock } from '#clock/clock.ts'
import { keepSegment } from './log-segments.ts'

/** How often the logs are looked at. */
const LOOK_MS = 1000
/** And how soon again while one of them fills file after file. */
const SOON_MS = 25

interface LogKeeperOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The logs of all containers that may be writing. */
  readonly logs: () => Iterable<string>
  readonly onError: (error: unknown) => void
}

/** Keeps of each log the files that conmon has filled; what it fills between two looks is lost, and never the newest. */
export const keepLogs = ({ clock, signal, logs, onError }: LogKeeperOptions): void => {
  /** The file that each log was at the last look, so that an ordinary look is one system call. */
  let seen = new Map<string, number>()
  const look = (): void => {
    if (signal.aborted) return
    const now = new Map<string, number>()
    let busy = false
    for (const path of logs()) {
      try {
        const live = statSync(path, { throwIfNoEntry: false })?.ino
        if (live === undefined) continue
        now.set(path, live)
        const before = seen.get(path)
        if (live === before) continue
        const kept = keepSegment(path)
        if (before !== undefined) busy ||= kept
      } catch (error) {
        onError(error)
      }
    }
    seen = now
    clock.after(busy ? SOON_MS : LOOK_MS, look)
  }
  clock.after(LOOK_MS, look)
}
