/**
 * Elements of one of the kernel's sets, to add or to delete, in the kernel's own bytes: key after data after key, each a
 * multiple of four bytes. Of ranges the key is twice there: as its first and as its last, or in sets of plain ranges as its
 * first and as the first behind it, which is 0 where there is none.
 */
export interface ElementChange {
  readonly command: 'add' | 'delete'
  readonly family: 'ip' | 'ip6'
  readonly table: string
  readonly set: string
  readonly count: number
  readonly keyLength: number
  /** 0: a set's, or a deletion. */
  readonly dataLength: number
  readonly bytes: Uint8Array
  readonly hasEnds?: true
  readonly areRanges?: true
  /** The data is the code of a verdict, in network order. */
  readonly areVerdicts?: true
  /** One for each element, ASCII, at most 127 letters; or none at all. */
  readonly comments?: readonly string[]
}
