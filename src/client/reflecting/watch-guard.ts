import type { Clock } from '#clock/clock.ts'
import type { Watch, WatchEvent } from '../client.ts'

/** How often it is looked, milliseconds. */
const LOOK = 15_000
/** A server ends a watch at its time; one that has not done so by then is gone. */
const GRACE = 30_000
/** Servers that mark where a watch stands do so once a minute. */
const MOST_SILENCE = 240_000

/**
 * Ends a watch that says nothing any more: one of which the server is gone without a word, its kernel too. `end` is
 * called when the watch has ended.
 */
export const guardWatch = (clock: Clock, watch: Watch, timeoutSeconds: number) => {
  const latest = clock.now() + timeoutSeconds * 1000 + GRACE
  let heardAt = clock.now()
  let isMarked = false
  let cancel = (): void => {}
  const look = (): void => {
    const now = clock.now()
    if (now >= latest || (isMarked && now - heardAt >= MOST_SILENCE)) watch.stop()
    else cancel = clock.after(LOOK, look)
  }
  cancel = clock.after(LOOK, look)
  return {
    heard(event: WatchEvent<unknown>): void {
      heardAt = clock.now()
      // A server that marks the end of the initial events need not mark anything later.
      if (event.type === 'BOOKMARK' && !event.endsInitialEvents) isMarked = true
    },
    end: () => cancel(),
  }
}
