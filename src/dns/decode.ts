import { RecordType, type ResourceRecord } from '#names/record.ts'
import { DnsFormatError, decodeName } from './decode-name.ts'
import type { Query } from './message.ts'

/** Reads a query with one question. Throws DnsFormatError; `undefined` for a response, which is never answered. */
export const decodeQuery = (message: Uint8Array): Query | undefined => {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  if (message.length < 12) throw new DnsFormatError('shorter than a header')
  const flags = view.getUint16(2)
  if (flags & 0x8000) return undefined
  if (view.getUint16(4) !== 1) throw new DnsFormatError('a query has one question')
  const { name, end } = decodeName(message, 12)
  if (end + 4 > message.length) throw new DnsFormatError('the question is cut off')
  const foreign = view.getUint16(6) + view.getUint16(8)
  const records = foreign + view.getUint16(10)
  let edns: Query['edns']
  let at = end + 4
  for (let index = 0; index < records; index++) {
    const owner = decodeName(message, at)
    if (owner.end + 10 > message.length) throw new DnsFormatError('a record is cut off')
    if (view.getUint16(owner.end) === RecordType.OPT) {
      if (edns) throw new DnsFormatError('a query has one OPT record')
      // RFC 6891 section 6.1.1: the root's, in the additional section.
      if (index < foreign || owner.name !== '') throw new DnsFormatError('an OPT record is where none can be')
      edns = {
        udpSize: Math.max(512, view.getUint16(owner.end + 2)),
        version: view.getUint8(owner.end + 5),
        dnssecOk: (view.getUint8(owner.end + 6) & 0x80) !== 0,
      }
    }
    at = owner.end + 10 + view.getUint16(owner.end + 8)
    if (at > message.length) throw new DnsFormatError('the data of a record is cut off')
  }
  return {
    id: view.getUint16(0),
    opcode: (flags >> 11) & 15,
    recursionDesired: (flags & 0x100) !== 0,
    checkingDisabled: (flags & 0x10) !== 0,
    question: { name, type: view.getUint16(end), class: view.getUint16(end + 2) },
    edns,
  }
}

/**
 * The A, AAAA and CNAME records of a response's answer section. Other types are left out: nothing of ours asks for
 * them.
 */
export const decodeRecords = (message: Uint8Array): readonly ResourceRecord[] => {
  if (message.length < 12) throw new DnsFormatError('shorter than a header')
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let at = 12
  for (let questions = view.getUint16(4); questions > 0; questions--) at = decodeName(message, at).end + 4
  const records: ResourceRecord[] = []
  for (let count = view.getUint16(6); count > 0; count--) {
    const { name, end } = decodeName(message, at)
    if (end + 10 > message.length) throw new DnsFormatError('a record is cut off')
    const type = view.getUint16(end)
    const ttl = view.getUint32(end + 4)
    const start = end + 10
    at = start + view.getUint16(end + 8)
    if (at > message.length) throw new DnsFormatError('the data of a record is cut off')
    const address = message.slice(start, at)
    if (type === RecordType.A && address.length === 4) records.push({ name, ttl, data: { type: 'A', address } })
    if (type === RecordType.AAAA && address.length === 16) records.push({ name, ttl, data: { type: 'AAAA', address } })
    if (type === RecordType.CNAME)
      records.push({ name, ttl, data: { type: 'CNAME', target: decodeName(message, start).name } })
  }
  return records
}
