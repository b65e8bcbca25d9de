const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n
const INTEGER = /^[-+]?\d+$/

/**
 * Whether an integer that Kubernetes keeps has become another: it keeps those of 64 bits, and a double only some beyond
 * 2^53, of which it writes only some as they are. `source` is how it was written.
 */
export const isRounded = (value: number, source: string): boolean => {
  if (Number.isSafeInteger(value) || !INTEGER.test(source)) return false
  const written = BigInt(source.replace('+', ''))
  return written >= LEAST && written <= MOST && written !== BigInt(String(value))
}

/** What to say of it. */
export const roundedText = (source: string): string =>
  `the integer ${source} cannot be kept as it is: write those beyond ${Number.MAX_SAFE_INTEGER} as text`
