import { safeText } from './safe-text.ts'

/** A short name for a text: FNV-1a (32 bits) over its UTF-16, low octets first, in letters that names may have. */
export const textHash = (text: string): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++)
    for (const byte of [text.charCodeAt(at) & 0xff, text.charCodeAt(at) >> 8]) {
      hash ^= byte
      hash = Math.imul(hash, 0x01000193) >>> 0
    }
  return safeText(hash)
}
