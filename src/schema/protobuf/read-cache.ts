import { readUtf8 } from '../utf8.ts'
import { MessageCache } from './message-cache.ts'

/** A power of two: a hash is cut to it. */
const SLOTS = 8192
/** Longer texts are hardly ever the same twice. */
const LONGEST = 64

/**
 * Texts as they were read before: ten thousand objects in the same few namespaces, of the same few types, hold one text
 * and not ten thousand. Of bounded size: what was read last in a place is what is kept there.
 */
export class ReadCache {
  readonly messages = new MessageCache()
  readonly #texts: (string | undefined)[] = new Array(SLOTS)

  /** The text of bytes `start` to `end`; what is no UTF-8 becomes U+FFFD. */
  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length === 0) return ''
    if (length > LONGEST) return readUtf8(bytes, start, end)
    let hash = length
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!
      if (byte > 127) return readUtf8(bytes, start, end)
      hash = (Math.imul(hash, 31) + byte) | 0
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const known = this.#texts[slot]
    if (known !== undefined && known.length === length && isText(known, bytes, start)) return known
    // By one call and not letter by letter: a text that is put together stays in pieces, which weigh more than itself.
    const text = String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[])
    this.#texts[slot] = text
    return text
  }
}

const isText = (text: string, bytes: Uint8Array, start: number): boolean => {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false
  return true
}
