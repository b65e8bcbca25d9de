import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock } from '#clock/clock.ts'
import { releaseMemory } from '#kernel/processes/resident-memory.ts'

/** After a start, for the first work to be over; then again and again, as what comes later leaves something behind too. */
const FIRST_MS = 10_000
const AGAIN_MS = 300_000

/**
 * What a start has taken and nothing uses any more is given back: a first state of ten thousand Services leaves as much behind as
 * it is. An agent lives beside what people pay the node for. Ends with the signal.
 */
export const settleMemory = (clock: Clock, signal: AbortSignal): void => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { readonly type: 'major' }) => void
  const settle = (): void => {
    if (signal.aborted) return
    collect({ type: 'major' })
    releaseMemory()
    clock.after(AGAIN_MS, settle)
  }
  clock.after(FIRST_MS, settle)
}
