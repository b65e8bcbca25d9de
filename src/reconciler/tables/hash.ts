/**
 * FNV-1a, 32 bits, of bytes or of text whose characters are bytes; `start` is the hash of what stands before. It tells
 * mistakes, not forgeries.
 */
export function hashOf(bytes: Uint8Array | string, start = 0x811c9dc5): number {
  let hash = start
  for (let at = 0; at < bytes.length; at++)
    hash = Math.imul(hash ^ (typeof bytes === 'string' ? bytes.charCodeAt(at) : (bytes[at] as number)), 0x01000193)
  return hash >>> 0
}

/** What a set holds, in three numbers: the order of its elements does not matter. */
export class Digest {
  #count = 0
  #sum = 0
  #mix = 0

  add(text: string): void {
    const hash = hashOf(text)
    this.#count++
    // Of a million elements it stays below 2 ** 53.
    this.#sum += hash
    this.#mix ^= Math.imul(hash, hash | 1)
  }

  equals(other: Digest): boolean {
    return this.#count === other.#count && this.#sum === other.#sum && this.#mix === other.#mix
  }
}
