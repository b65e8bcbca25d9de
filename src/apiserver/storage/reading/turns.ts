/** So many share a place in the queue of the event loop; what they begin has its turn before the next of them. */
const TOGETHER = 16

let batch: (() => void)[] | undefined

/**
 * Calls back in this turn of the event loop, or in the next one, in the order of asking: as setImmediate() does, which
 * where a thousand watchers are told of one change makes a thousand objects for it.
 */
export const inTurn = (callback: () => void): void => {
  if (batch) batch.push(callback)
  else {
    const made = [callback]
    batch = made
    setImmediate(() => run(made))
  }
  if (batch.length === TOGETHER) batch = undefined
}

/** One that throws keeps nobody from its turn. */
const run = (due: readonly (() => void)[], from = 0): void => {
  if (batch === due) batch = undefined
  let at = from
  try {
    while (at < due.length) due[at++]!()
  } finally {
    if (at < due.length) setImmediate(() => run(due, at))
  }
}
