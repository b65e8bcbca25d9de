/**
 * DNS messages as data (RFC 1035 section 4, EDNS RFC 6891, extended errors RFC 8914). Names are text without the last
 * dot, '' is the root.
 */
export const RecordType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const

export const Rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const

export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: Uint8Array }
  | { readonly type: 'CNAME' | 'PTR' | 'NS'; readonly target: string }
  | {
      readonly type: 'SRV'
      readonly priority: number
      readonly weight: number
      readonly port: number
      readonly target: string
    }
  | { readonly type: 'TXT'; readonly strings: readonly string[] }
  | {
      readonly type: 'SOA'
      readonly primary: string
      readonly mailbox: string
      readonly serial: number
      readonly refresh: number
      readonly retry: number
      readonly expire: number
      readonly minimum: number
    }

export interface ResourceRecord {
  readonly name: string
  /** Seconds. */
  readonly ttl: number
  readonly data: RecordData
}

export interface Question {
  readonly name: string
  readonly type: number
  readonly class: number
}

/** What a client that speaks EDNS says of itself. */
export interface Edns {
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

/** What a zone says; the server wraps it into a message. */
export interface Answer {
  readonly rcode: number
  readonly authoritative: boolean
  readonly answers: readonly ResourceRecord[]
  readonly authority: readonly ResourceRecord[]
  readonly additional: readonly ResourceRecord[]
  /** A reason in words, sent as an extended DNS error to clients that speak EDNS. */
  readonly extendedError?: { readonly code: number; readonly text: string }
}
