/** A datagram while it is being answered; kernel/ has the same. The next one may be the same object. */
export interface Datagram {
  /** Its octets are `bytes[start, end)`. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** The answer may be written here, from `at` on; the largest datagram fits. */
  readonly answer: Uint8Array
  readonly at: number
  /** For an answer that takes time: its way back. */
  later(): (answer: Uint8Array) => void
}

/** A bound UDP socket, as this room needs one: `answer` gives the length of what it wrote, 0 where that is nothing. */
export interface DatagramSource {
  serve(answer: (datagram: Datagram) => number, onError: (error: Error) => void): void
  /** Serves no more; it may be served again. */
  pause(): void
  close(): void
}
