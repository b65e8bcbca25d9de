/**
 * Does something for each of them, 1, 2, 4, … at a time: what fails for one is not tried five hundred times. The first
 * error that came, or undefined.
 */
export const inBatches = async <T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<unknown> => {
  for (let done = 0, batch = 1; done < all.length; batch *= 2) {
    const some = all.slice(done, done + batch)
    const results = await Promise.allSettled(some.map(act))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) return failed.reason
    done += some.length
  }
  return undefined
}
