import { createHash } from 'node:crypto'

/** Half of it tells values apart. */
const DIGITS = 32

/** What stands for a value that is not to be seen. */
export const valueDigest = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex').slice(0, DIGITS)}`
