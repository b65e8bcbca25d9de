import { type Clock, systemClock } from '#clock/clock.ts'

/** What takes less is not paced: milliseconds of the processor. */
const LEAST_MS = 10
/** Of what work has taken, until it may be done again. */
const REST = 8

/** Does work soon, and what it has set off in this tick. */
export type Turns = (work: () => void) => void

/** Within the tick, always. */
export const everyTick: Turns = (work) => queueMicrotask(work)

/** Milliseconds of the processor that this thread has had: what others took meanwhile is not among them. */
const usedByThread = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/**
 * Within the tick too, unless what was done last has taken long: then it rests eight times as long. So what changes again
 * and again meanwhile is done once, and leaves time to others.
 */
export const pacedTurns = (clock: Clock = systemClock, used: () => number = usedByThread): Turns => {
  let restsUntil = 0
  return (work) => {
    const act = (): void => {
      const before = used()
      work()
      // Behind the microtasks that the work has queued.
      queueMicrotask(() => {
        const took = used() - before
        restsUntil = took < LEAST_MS ? 0 : clock.now() + REST * took
      })
    }
    const wait = restsUntil - clock.now()
    if (wait <= 0) queueMicrotask(act)
    else clock.after(wait, act)
  }
}
