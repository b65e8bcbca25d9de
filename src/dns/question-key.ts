const HEADER = 12
/** Two octets of flags and one that tells of an OPT record stand before the name, of 255 octets at most. */
const BEFORE_NAME = 3
const TYPE_AND_CLASS = 4
const OPT_LENGTH = 11
const OPT = 41

/** FNV-1a. */
const OFFSET_BASIS = 0x811c9dc5 | 0
const PRIME = 0x01000193

/**
 * What of a query decides its answer, in bytes of which two queries are the same where their answers are: all but the
 * id, with the name's letters folded. One object reads one query after the other, and allocates nothing.
 */
export class QuestionKey {
  readonly bytes = new Uint8Array(BEFORE_NAME + 255 + TYPE_AND_CLASS + OPT_LENGTH)
  length = 0
  /** Octets of the name, its end included; it begins at octet 12 of the message. */
  nameLength = 0
  /** 32 bits. */
  hash = 0

  /** What kind of record was asked for. */
  get type(): number {
    const at = BEFORE_NAME + this.nameLength
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!
  }

  /**
   * Reads the query in `from[start, end)`. False where it is not of the plain kind: one question, and at most an OPT
   * record of version 0 without options. Such a one (a cookie is new in each) would hardly come again.
   */
  read(from: Uint8Array, start: number, end: number): boolean {
    const length = end - start
    if (length < HEADER + 1 + TYPE_AND_CLASS) return false
    // A response, or another operation than a query.
    if ((from[start + 2]! & 0xf8) !== 0) return false
    const additional = from[start + 11]!
    const counts = from[start + 4]! | (from[start + 5]! ^ 1) | from[start + 10]! | (additional & 0xfe)
    if ((counts | from[start + 6]! | from[start + 7]! | from[start + 8]! | from[start + 9]!) !== 0) return false
    const { bytes } = this
    bytes[0] = from[start + 2]!
    bytes[1] = from[start + 3]!
    bytes[2] = additional
    const nameAt = start + HEADER
    const nameEnd = end - TYPE_AND_CLASS - (additional === 0 ? 0 : OPT_LENGTH)
    let at = nameAt
    let to = BEFORE_NAME
    for (let size = -1; size !== 0; ) {
      size = from[at]!
      const labelEnd = at + 1 + size
      if (size > 63 || labelEnd > nameEnd || labelEnd - nameAt > 255) return false
      // A length is no letter: it is at most 63.
      for (; at < labelEnd; at++) {
        const octet = from[at]!
        bytes[to++] = octet >= 65 && octet <= 90 ? octet | 32 : octet
      }
    }
    if (at !== nameEnd) return false
    if (additional !== 0 && !isPlainOpt(from, at + TYPE_AND_CLASS)) return false
    while (at < end) bytes[to++] = from[at++]!
    this.length = to
    this.nameLength = nameEnd - nameAt
    this.hash = hashOf(bytes, to)
    return true
  }
}

const hashOf = (bytes: Uint8Array, length: number): number => {
  let hash = OFFSET_BASIS
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME)
  return hash
}

/** At the root, of version 0, without options; size and the bit DO may be any. */
const isPlainOpt = (from: Uint8Array, at: number): boolean =>
  from[at] === 0 &&
  from[at + 1] === 0 &&
  from[at + 2] === OPT &&
  from[at + 5] === 0 &&
  from[at + 6] === 0 &&
  from[at + 9] === 0 &&
  from[at + 10] === 0
