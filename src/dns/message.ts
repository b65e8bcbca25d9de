import type { Question } from '#names/record.ts'

/* DNS messages as data (RFC 1035 section 4, EDNS RFC 6891). */

/** What a client that speaks EDNS says of itself. */
interface Edns {
  /** The largest answer that it takes over UDP, octets; 512 at least. */
  readonly udpSize: number
  readonly version: number
  /** Comes back as it was asked (RFC 3225 section 3). */
  readonly dnssecOk: boolean
}

export interface Query {
  readonly id: number
  readonly opcode: number
  readonly recursionDesired: boolean
  /** Comes back as it was asked (RFC 4035 section 3.2.2): nothing here is signed, so it has no other effect. */
  readonly checkingDisabled: boolean
  readonly question: Question
  readonly edns: Edns | undefined
}
