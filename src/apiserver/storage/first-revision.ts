/** Milliseconds of 2026-01-01: keeps resourceVersions shorter. */
const EPOCH = 1_767_225_600_000
/** Revisions of one millisecond. */
const EACH = 16

/**
 * Where revisions begin that nothing is known of, at a time in milliseconds since 1970: above all that an earlier life
 * has given out, as long as that wrote no more than sixteen thousand times a second all its life.
 */
export const firstRevisionAt = (now: number): number => Math.max(1, EACH * (now - EPOCH))
