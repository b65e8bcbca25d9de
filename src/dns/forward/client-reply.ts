import { RecordType } from '#names/record.ts'
import { sizeLimit } from '../encode.ts'
import type { Query } from '../message.ts'
import type { UpstreamReply } from './upstream-reply.ts'

const HEADER = 12
const RESPONSE = 0x8000
const TRUNCATED = 0x200
const RECURSION_DESIRED = 0x100
const RECURSION_AVAILABLE = 0x80
const AUTHENTIC_DATA = 0x20
const CHECKING_DISABLED = 0x10
const OPT_LENGTH = 11
const UDP_SIZE = 1232
const DNSSEC_OK = 0x8000

interface ClientAnswer {
  /** What the client sent, and what it says. */
  readonly message: Uint8Array
  readonly query: Query
  readonly transport: 'udp' | 'tcp'
  /** Seconds since the reply came. */
  readonly age: number
  /** No TTL in it is longer than this, seconds, before the age is taken off. */
  readonly mostTtl: number
}

/**
 * What an upstream said, for this client: its id, its letters, TTLs as they are by now, and as much as it takes. AA is
 * not set: none of it is ours.
 */
export const clientReply = (reply: UpstreamReply, client: ClientAnswer): Uint8Array => {
  const { message, query, transport, age, mostTtl } = client
  const limit = sizeLimit(query, transport) - (query.edns ? OPT_LENGTH : 0)
  const records = recordsWithin(reply, limit)
  const isCut = records < reply.ends.length - reply.counts[2] && transport === 'udp'
  const kept = isCut ? Math.min(records, reply.counts[0]) : records
  const end = kept === 0 ? reply.questionEnd : reply.ends[kept - 1]!
  const bytes = new Uint8Array(Math.max(end, HEADER) + (query.edns ? OPT_LENGTH : 0))
  const view = new DataView(bytes.buffer)
  bytes.set(reply.bytes.subarray(0, end))
  // The question as it was asked; names in the answer point to it.
  if (reply.questionEnd > HEADER) bytes.set(message.subarray(HEADER, reply.questionEnd), HEADER)
  for (let index = 0; index < kept; index++) {
    const at = reply.ttlsAt[index]!
    const ttl = view.getUint32(at)
    view.setUint32(at, Math.max(0, Math.min(ttl > 0x7fffffff ? 0 : ttl, mostTtl) - age))
  }
  view.setUint16(0, query.id)
  view.setUint16(2, flagsFor(reply, client, isCut || reply.isTruncated))
  const answers = Math.min(kept, reply.counts[0])
  const authority = Math.min(kept - answers, reply.counts[1])
  const additional = kept - answers - authority
  for (const [index, count] of [answers, authority, additional + (query.edns ? 1 : 0)].entries())
    view.setUint16(6 + 2 * index, count)
  if (query.edns) {
    view.setUint16(end + 1, RecordType.OPT)
    view.setUint16(end + 3, UDP_SIZE)
    view.setUint8(end + 5, reply.rcode >> 4)
    view.setUint16(end + 7, query.edns.dnssecOk ? DNSSEC_OK : 0)
  }
  return bytes
}

/** How many records, in their order, end within so many octets. */
const recordsWithin = ({ ends }: UpstreamReply, limit: number): number => {
  let count = ends.length
  while (count > 0 && ends[count - 1]! > limit) count--
  return count
}

const flagsFor = (reply: UpstreamReply, { query, message }: ClientAnswer, isTruncated: boolean): number => {
  // RFC 6840 section 5.8: only to who has asked for it.
  const wantsAuthentic = query.edns?.dnssecOk || (message[3]! & AUTHENTIC_DATA) !== 0
  return (
    RESPONSE |
    (isTruncated ? TRUNCATED : 0) |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    RECURSION_AVAILABLE |
    (wantsAuthentic ? reply.bytes[3]! & AUTHENTIC_DATA : 0) |
    (query.checkingDisabled ? CHECKING_DISABLED : 0) |
    (reply.rcode & 15)
  )
}
