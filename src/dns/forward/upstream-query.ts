import { RecordType } from '#names/record.ts'
import type { Query } from '../message.ts'
import { MessageWriter } from '../message-writer.ts'

/** What we take by UDP from an upstream: an answer fits without fragments on any link (DNS flag day 2020). */
const UDP_SIZE = 1232
const RECURSION_DESIRED = 0x100
const AUTHENTIC_DATA = 0x20
const CHECKING_DISABLED = 0x10
const DNSSEC_OK = 0x8000
const HEADER = 12

/** What of a question decides what an upstream says: all of it is sent on, and answers are kept by it. */
export interface Asked extends Pick<Query, 'recursionDesired' | 'checkingDisabled' | 'question'> {
  readonly dnssecOk: boolean
  /** The client wants to know whether the data are authentic (RFC 6840 section 5.7). */
  readonly authenticData: boolean
}

export const askedBy = (query: Query, message: Uint8Array): Asked => ({
  recursionDesired: query.recursionDesired,
  checkingDisabled: query.checkingDisabled,
  question: query.question,
  dnssecOk: query.edns?.dnssecOk ?? false,
  authenticData: (message[3]! & AUTHENTIC_DATA) !== 0,
})

/**
 * The question in a message of our own: an id of 16 random bits, and each letter's case by chance (0x20), both to be
 * found again in the answer. `random` gives [0, 1). Options of the client are between it and us (RFC 6891 section
 * 6.1.1), and are not sent on.
 */
export const upstreamQuery = (asked: Asked, random: () => number, withEdns = true): Uint8Array => {
  const { question, recursionDesired, checkingDisabled, authenticData, dnssecOk } = asked
  const writer = new MessageWriter()
  writer.u16(Math.floor(random() * 0x10000))
  writer.u16(
    (recursionDesired ? RECURSION_DESIRED : 0) |
      (authenticData ? AUTHENTIC_DATA : 0) |
      (checkingDisabled ? CHECKING_DISABLED : 0),
  )
  for (const count of [1, 0, 0, withEdns ? 1 : 0]) writer.u16(count)
  writer.name(question.name)
  const nameEnd = writer.length
  writer.u16(question.type)
  writer.u16(question.class)
  if (withEdns) {
    writer.u8(0)
    for (const word of [RecordType.OPT, UDP_SIZE, 0, dnssecOk ? DNSSEC_OK : 0, 0]) writer.u16(word)
  }
  mixCase(writer.bytes, nameEnd, random)
  return writer.bytes.slice(0, writer.length)
}

/** Lengths of labels are at most 63, letters at least 65. */
const mixCase = (bytes: Uint8Array, end: number, random: () => number): void => {
  for (let at = HEADER; at < end; at++) {
    const lower = bytes[at]! | 32
    if (bytes[at]! > 63 && lower >= 97 && lower <= 122) bytes[at] = random() < 0.5 ? lower : lower & ~32
  }
}
