import { type Answer, RecordType, type ResourceRecord } from '#names/record.ts'
import type { Query } from './message.ts'
import { MessageWriter } from './message-writer.ts'

/** What this server takes over UDP: a query fits without fragments on any link (DNS flag day 2020). */
const UDP_SIZE = 1232
/** What a client takes that does not speak EDNS (RFC 1035 section 4.2.1). */
const PLAIN_UDP_SIZE = 512
/** Whatever a client says, a datagram holds no more (IPv4; IPv6 has 20 octets more). */
const LARGEST_DATAGRAM = 65_507
const TCP_SIZE = 65_535
const EXTENDED_ERROR_OPTION = 15
const OPT_LENGTH = 11
const DNSSEC_OK = 0x8000
const TRUNCATED = 0x200

interface Encoding {
  readonly transport: 'udp' | 'tcp'
  readonly recursionAvailable: boolean
}

/** What of an answer is written: all of it; no more than answers and authority; or of the answers those that fit. */
type Extent = 'whole' | 'lean' | 'truncated'

const headerFlags = (query: Query, answer: Answer, { recursionAvailable }: Encoding): number =>
  0x8000 |
  (query.opcode << 11) |
  (answer.authoritative ? 0x400 : 0) |
  (query.recursionDesired ? 0x100 : 0) |
  (recursionAvailable ? 0x80 : 0) |
  (query.checkingDisabled ? 0x10 : 0) |
  (answer.rcode & 15)

const writeOpt = (writer: MessageWriter, query: Query, answer: Answer, withReason: boolean): void => {
  const reason = withReason ? answer.extendedError : undefined
  writer.u8(0)
  writer.u16(RecordType.OPT)
  writer.u16(UDP_SIZE)
  writer.u32(((answer.rcode >> 4) << 24) | (query.edns?.dnssecOk ? DNSSEC_OK : 0))
  writer.sized(() => {
    if (!reason) return
    writer.u16(EXTENDED_ERROR_OPTION)
    writer.sized(() => {
      writer.u16(reason.code)
      writer.text(reason.text)
    })
  })
}

/** Writes as many of the records, in their order, as end within `limit`; gives how many. */
const writeFitting = (writer: MessageWriter, records: readonly ResourceRecord[], limit: number): number => {
  for (const [index, record] of records.entries()) {
    const before = writer.length
    writer.record(record)
    if (writer.length <= limit) continue
    writer.rewind(before)
    return index
  }
  return records.length
}

const write = (query: Query, answer: Answer, encoding: Encoding, extent: Extent, limit: number): Uint8Array => {
  const writer = new MessageWriter()
  const truncated = extent === 'truncated'
  const authority = truncated ? [] : answer.authority
  const additional = extent === 'whole' ? answer.additional : []
  const flags = headerFlags(query, answer, encoding) | (truncated ? TRUNCATED : 0)
  for (const word of [query.id, flags, 1, answer.answers.length, authority.length]) writer.u16(word)
  writer.u16(additional.length + (query.edns ? 1 : 0))
  writer.name(query.question.name)
  writer.u16(query.question.type)
  writer.u16(query.question.class)
  if (truncated) {
    const written = writeFitting(writer, answer.answers, limit - (query.edns ? OPT_LENGTH : 0))
    writer.bytes[6] = written >>> 8
    writer.bytes[7] = written & 255
  } else for (const record of [...answer.answers, ...authority, ...additional]) writer.record(record)
  if (query.edns) writeOpt(writer, query, answer, extent === 'whole')
  return writer.bytes.subarray(0, writer.length)
}

/** Octets of an answer that this client takes. */
export const sizeLimit = (query: Query, transport: 'udp' | 'tcp'): number =>
  transport === 'tcp' ? TCP_SIZE : Math.min(query.edns?.udpSize ?? PLAIN_UDP_SIZE, LARGEST_DATAGRAM)

/**
 * The message that answers `query`, in what the client takes: 512 octets over UDP, as many as it says where it speaks
 * EDNS. Where that is too little the additional section goes first, without a word (RFC 2181 section 9), and a reason in words;
 * then the last answers, with the TC bit set. Those that fit stay: a client that does not ask again over TCP (musl before 1.2.4) lives
 * on them.
 */
export const encodeAnswer = (query: Query, answer: Answer, encoding: Encoding): Uint8Array => {
  const limit = sizeLimit(query, encoding.transport)
  const whole = write(query, answer, encoding, 'whole', limit)
  if (whole.length <= limit) return whole
  const lean = write(query, answer, encoding, 'lean', limit)
  return lean.length <= limit ? lean : write(query, answer, encoding, 'truncated', limit)
}

/** The answer to what could not be read, or not be answered: its id and the rcode, nothing else. */
export const encodeFailure = (id: number, rcode: number): Uint8Array =>
  Uint8Array.of(id >>> 8, id & 255, 0x80, rcode, 0, 0, 0, 0, 0, 0, 0, 0)

/** A query of our own, recursion desired. TCP keeps answers apart, so the id may be constant. */
export const encodeQuestion = (name: string, type: number): Uint8Array => {
  const writer = new MessageWriter()
  for (const word of [1, 0x100, 1, 0, 0, 0]) writer.u16(word)
  writer.name(name)
  writer.u16(type)
  writer.u16(1)
  return writer.bytes.subarray(0, writer.length)
}
