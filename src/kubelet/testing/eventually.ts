/** Only a test that fails waits so long: a machine with much else to do may be late by seconds. */
const PATIENCE_MS = 20_000
const LOOK_MS = 2

/** Looks, in real time, until `look` finds something. Throws an Error with what `fault` says where it never does. */
export const lookFor = async <T>(
  look: () => T | undefined | Promise<T | undefined>,
  fault: () => string,
): Promise<T> => {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(fault())
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** Waits for what no object of the API shows. */
export const eventually = async (what: string, holds: () => boolean): Promise<void> => {
  await lookFor(
    () => holds() || undefined,
    () => `did not come about: ${what}`,
  )
}
