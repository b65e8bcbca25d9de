/**
 * Elements of one of the kernel's sets, to add or to delete, in the kernel's own bytes: key after data after key, each a
 * multiple of four bytes.
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
  /** One for each element, ASCII, at most 127 letters; or none at all. */
  readonly comments?: readonly string[]
}
