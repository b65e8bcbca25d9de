import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 250
const LIMIT_MS = 120_000

/** Looks until it is so. */
export const eventually = async (isSo: () => Promise<boolean>): Promise<void> => {
  const until = performance.now() + LIMIT_MS
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`not within ${LIMIT_MS / 1000} s`)
    await sleep(EVERY_MS)
  }
}
