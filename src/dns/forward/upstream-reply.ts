import { Rcode, RecordType } from '#names/record.ts'
import { DnsFormatError, decodeName } from '../decode-name.ts'

const HEADER = 12
const RESPONSE = 0x80
const TRUNCATED = 0x02
const OPCODE = 0x78
/** Behind a record's owner: type, class, TTL and length. */
const FIXED = 10
/** The longest that anything may be remembered, seconds (RFC 2181 section 8: a TTL with its highest bit set is 0). */
const MOST_TTL = 0x7fffffff

/** What an upstream said, as its octets without the OPT record, which was between it and us. */
export interface UpstreamReply {
  readonly bytes: Uint8Array
  readonly rcode: number
  readonly isTruncated: boolean
  /** Of the records in the answer, authority and additional sections that are in `bytes`. */
  readonly counts: readonly [answers: number, authority: number, additional: number]
  /** Where each record's TTL stands, and where the record ends. */
  readonly ttlsAt: readonly number[]
  readonly ends: readonly number[]
  /** Where the question ends. */
  readonly questionEnd: number
  /** `denial`: the name, or records of that type, are not there. `failure`: nothing is known. */
  readonly kind: 'success' | 'denial' | 'failure'
  /** Seconds for which it may be remembered: the least TTL, of a denial that of RFC 2308 section 5; 0: not at all. */
  readonly ttl: number
}

/** How an answer goes with the question that was sent. `case`: it only has the letters in another case. */
export type Match = 'same' | 'case' | 'other'

/** Whether this is an answer to that: the id, and the question, octet for octet. */
export const matchReply = (reply: Uint8Array, query: Uint8Array): Match => {
  const questionEnd = decodeName(query, HEADER).end + 4
  if (reply.length < HEADER || reply[0] !== query[0] || reply[1] !== query[1]) return 'other'
  if ((reply[2]! & (RESPONSE | OPCODE)) !== RESPONSE) return 'other'
  // A failure may come without the question (RFC 1035 does not ask for it), as FORMERR does of old servers.
  if (reply[4] === 0 && reply[5] === 0) return (reply[3]! & 15) === Rcode.FORMERR ? 'same' : 'other'
  if (reply[4] !== 0 || reply[5] !== 1 || reply.length < questionEnd) return 'other'
  let match: Match = 'same'
  for (let at = HEADER; at < questionEnd; at++) {
    if (reply[at] === query[at]) continue
    const isName = at < questionEnd - 4
    if (!isName || fold(reply[at]!) !== fold(query[at]!)) return 'other'
    match = 'case'
  }
  return match
}

const fold = (octet: number): number => (octet >= 65 && octet <= 90 ? octet | 32 : octet)

/** Reads an answer that has matched its question. Throws DnsFormatError where a record cannot be read. */
export const readReply = (message: Uint8Array): UpstreamReply => {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const hasQuestion = view.getUint16(4) === 1
  const questionEnd = hasQuestion ? decodeName(message, HEADER).end + 4 : HEADER
  const sections = [view.getUint16(6), view.getUint16(8), view.getUint16(10)] as const
  const counts: [number, number, number] = [0, 0, 0]
  const ttlsAt: number[] = []
  const ends: number[] = []
  let rcode = message[3]! & 15
  let at = questionEnd
  let least = MOST_TTL
  let negative: number | undefined
  let hasData = false
  const wanted = hasQuestion ? view.getUint16(questionEnd - 4) : 0
  read: for (const [section, count] of sections.entries())
    for (let index = 0; index < count; index++) {
      const { end } = decodeName(message, at)
      if (end + FIXED > message.length) throw new DnsFormatError('a record is cut off')
      const type = view.getUint16(end)
      if (type === RecordType.OPT) {
        rcode |= view.getUint8(end + 4) << 4
        // It is the last one, but for what nobody needs.
        break read
      }
      const ttl = ttlOf(view, end + 4)
      const next = end + FIXED + view.getUint16(end + 8)
      if (next > message.length) throw new DnsFormatError('the data of a record is cut off')
      counts[section]!++
      ttlsAt.push(end + 4)
      ends.push(next)
      least = Math.min(least, ttl)
      if (section === 0 && (type === wanted || wanted === RecordType.ANY)) hasData = true
      if (section === 1 && type === RecordType.SOA && next - end - FIXED >= 22)
        negative = Math.min(ttl, ttlOf(view, next - 4))
      at = next
    }
  const isTruncated = (message[2]! & TRUNCATED) !== 0
  const kind = kindOf(rcode, hasData)
  const bytes = message.slice(0, at)
  counts.forEach((count, section) => {
    bytes[6 + 2 * section] = count >>> 8
    bytes[7 + 2 * section] = count & 255
  })
  // The letters that we mixed are nobody's: names in the answer point to these.
  for (let octet = HEADER; octet < questionEnd - 4; octet++) bytes[octet] = fold(bytes[octet]!)
  const ttl = kind === 'success' ? least : kind === 'denial' && negative !== undefined ? Math.min(negative, least) : 0
  return { bytes, rcode, isTruncated, counts, ttlsAt, ends, questionEnd, kind, ttl: isTruncated ? 0 : ttl }
}

/** A chain of CNAMEs whose end has no such record is a denial too (RFC 2308 section 2.1). */
const kindOf = (rcode: number, hasData: boolean): UpstreamReply['kind'] => {
  if (rcode === Rcode.NXDOMAIN) return 'denial'
  if (rcode !== Rcode.NOERROR) return 'failure'
  return hasData ? 'success' : 'denial'
}

const ttlOf = (view: DataView, at: number): number => {
  const ttl = view.getUint32(at)
  return ttl > MOST_TTL ? 0 : ttl
}
