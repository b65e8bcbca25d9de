/** So many are called back before it is asked whose turn it is. */
const TOGETHER = 16
/** What others have had counts up to here, milliseconds. */
const MOST = 50

let queue: (() => void)[] = []
let at = 0
/** When others came to have their turn. */
let left = 0

/**
 * Calls back in a later turn of the event loop, in the order of asking. Where a thousand watchers are told of one change,
 * requests are read and answered in between, and a change that is made meanwhile is told together with the first to all
 * who still wait for it. In a turn some are called, and more for as long as others have had since: half of the time
 * is theirs, whatever is asked meanwhile.
 */
export const inTurn = (callback: () => void): void => {
  if (queue.push(callback) > 1) return
  left = performance.now()
  setImmediate(run)
}

/** One that throws keeps nobody from its turn. */
const run = (): void => {
  const began = performance.now()
  const share = Math.min(began - left, MOST)
  const last = queue.length
  try {
    do {
      const end = Math.min(at + TOGETHER, last)
      while (at < end) queue[at++]!()
    } while (at < last && performance.now() - began < share)
  } finally {
    // Those who go on asking must not keep all who ever asked.
    if (at === queue.length || at >= 1024) {
      queue = queue.slice(at)
      at = 0
    }
    left = performance.now()
    if (queue.length > 0) setImmediate(run)
  }
}
