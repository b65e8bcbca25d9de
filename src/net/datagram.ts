/** A datagram while it is being answered. The same object is the next one afterwards. */
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

/** Writes the answer, and gives its length; 0 where there is none, or none yet. */
export type AnswerDatagram = (datagram: Datagram) => number

/** A bound UDP socket whose datagrams are answered. */
export interface DatagramSource {
  /** Of which family its addresses are, as node:dgram calls it. */
  readonly type?: 'udp4' | 'udp6'
  serve(answer: AnswerDatagram, onError: (error: Error) => void): void
  /** Serves no more; it may be served again. */
  pause(): void
  close(): void
}
