import { createHash } from 'node:crypto'

/** A short mark that differs where the text does. */
export const settingsDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
