/** What takes less is not paced: milliseconds. */
const LEAST_MS = 10
/** Of what work has taken, until it may be done again. */
const REST = 8

/** Does work soon, and what it has set off in this tick. */
export type Turns = (work: () => void) => void

/** Within the tick, always. */
export const everyTick: Turns = (work) => queueMicrotask(work)

/**
 * Within the tick too, unless what was done last has taken long: then it rests eight times as long. So what changes again
 * and again meanwhile is done once, and leaves time to others.
 */
export const pacedTurns = (): Turns => {
  let restsUntil = 0
  return (work) => {
    const act = (): void => {
      const from = performance.now()
      work()
      // Behind the microtasks that the work has queued.
      queueMicrotask(() => {
        const now = performance.now()
        restsUntil = now - from < LEAST_MS ? 0 : now + REST * (now - from)
      })
    }
    const wait = restsUntil - performance.now()
    if (wait <= 0) queueMicrotask(act)
    else setTimeout(act, wait)
  }
}
