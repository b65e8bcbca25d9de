/** Nobody is left alone for longer, milliseconds: a header may say anything. */
const LONGEST = 60_000
/** Where a server that is too busy does not say for how long. */
const UNSAID = 1000

/**
 * How long a server asks to be left alone, milliseconds; undefined where it does not. 429 always asks for it, whatever
 * its header says; 503 where it has one (RFC 9110, 10.2.3: seconds, or a date). A date is taken for a second: the clocks
 * of two machines may differ by more than that.
 */
export const retryAfterOf = (code: number, header: string | undefined): number | undefined => {
  if (code !== 429 && (code !== 503 || header === undefined)) return undefined
  const seconds = header === undefined || !/^\d+$/.test(header.trim()) ? Number.NaN : Number(header)
  return Number.isNaN(seconds) ? UNSAID : Math.min(seconds * 1000, LONGEST)
}
