let before = Promise.resolve()

/**
 * A turn of the event loop for each pod of this process: of a hundred that come at once none holds up DNS, probes, or those
 * that are there already.
 */
export const ownTurn = (): Promise<void> => {
  before = before.then(() => new Promise((resolve) => setImmediate(resolve)))
  return before
}
