/** So many are called back one after the other; then whoever else waits for the event loop has its turn. */
const TOGETHER = 16

let queue: (() => void)[] = []
let at = 0

/**
 * Calls back in a later turn of the event loop, in the order of asking. Where a thousand watchers are told of one change,
 * requests are read and answered in between, and a change that is made meanwhile is told together with the first to all
 * who still wait for it: nobody waits longer than one round takes.
 */
export const inTurn = (callback: () => void): void => {
  if (queue.push(callback) === 1) setImmediate(run)
}

/** One that throws keeps nobody from its turn. */
const run = (): void => {
  const end = Math.min(at + TOGETHER, queue.length)
  try {
    while (at < end) queue[at++]!()
  } finally {
    // Those who go on asking must not keep all who ever asked.
    if (at === queue.length || at >= 1024) {
      queue = queue.slice(at)
      at = 0
    }
    if (queue.length > 0) setImmediate(run)
  }
}
