const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n
const INTEGER = /^[-+]?\d+$/

/**
 * A number of JSON as it is kept. Kubernetes keeps the integers of 64 bits; a double holds only some beyond 2^53, and
 * writes only some of these as they were. All others are bigints, so that one integer has one form and is equal to
 * itself. `value` is the double that was read, `source` how it was written.
 */
export const keptNumber = (value: number, source: string): number | bigint => {
  if (Number.isSafeInteger(value) || !INTEGER.test(source)) return value
  return keptInteger(BigInt(source.replace('+', '')), value)
}

/** The same for an integer that is known; `value`, where it has more than 64 bits. */
export const keptInteger = (integer: bigint, value = Number(integer)): number | bigint =>
  integer < LEAST || integer > MOST || integer === BigInt(String(value)) ? value : integer

/** Whether it is an integer, in whichever form. */
export const isWhole = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || Number.isInteger(value)

/** An integer that a double may round has as many digits. */
const LONG = /\d{16}/

// The types of the language do not know of the third argument yet.
const revive = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined ? keptNumber(value, context.source) : value

/** As JSON.parse(), with the integers that a double would round as bigints. */
export const parseExactly = (text: string): unknown => (LONG.test(text) ? JSON.parse(text, revive) : JSON.parse(text))

// JSON.stringify() writes a bigint as the integer that it is.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  configurable: true,
  writable: true,
  value(this: bigint) {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(this))
  },
})
