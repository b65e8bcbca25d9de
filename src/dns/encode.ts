import type { Answer, Query, RecordData, ResourceRecord } from './message.ts'
import { RecordType } from './message.ts'
import { foldName } from './zone-name.ts'

/** What this server takes and sends over UDP without fragments (DNS flag day 2020). */
const UDP_SIZE = 1232
const EXTENDED_ERROR_OPTION = 15

/** What we write is ASCII, but for labels that came in: those hold one octet a character. */
const octetsOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))

/** Writes one message; grows as needed, compresses names it has written before. */
class MessageWriter {
  bytes = new Uint8Array(512)
  length = 0
  readonly #offsets = new Map<string, number>()

  #room(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    wider.set(this.bytes.subarray(0, this.length))
    this.bytes = wider
  }

  u8(value: number): void {
    this.#room(1)
    this.bytes[this.length++] = value
  }

  u16(value: number): void {
    this.u8((value >>> 8) & 255)
    this.u8(value & 255)
  }

  u32(value: number): void {
    this.u16(value >>> 16)
    this.u16(value & 0xffff)
  }

  octets(value: Uint8Array): void {
    this.#room(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
  }

  name(name: string): void {
    let rest = name
    while (rest !== '') {
      const key = foldName(rest)
      const known = this.#offsets.get(key)
      if (known !== undefined) {
        this.u16(0xc000 | known)
        return
      }
      if (this.length < 0x4000) this.#offsets.set(key, this.length)
      const dot = rest.indexOf('.')
      const label = dot < 0 ? rest : rest.slice(0, dot)
      const chars = label.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)))
      const octets = octetsOf(chars)
      this.u8(octets.length)
      this.octets(octets)
      rest = dot < 0 ? '' : rest.slice(dot + 1)
    }
    this.u8(0)
  }

  /** Writes `body` behind its 16-bit length. */
  sized(body: () => void): void {
    const at = this.length
    this.u16(0)
    body()
    const size = this.length - at - 2
    this.bytes[at] = size >>> 8
    this.bytes[at + 1] = size & 255
  }

  record(record: ResourceRecord): void {
    const { data } = record
    this.name(record.name)
    this.u16(RecordType[data.type])
    this.u16(1)
    this.u32(record.ttl)
    this.sized(() => this.#data(data))
  }

  #data(data: RecordData): void {
    switch (data.type) {
      case 'A':
      case 'AAAA':
        this.octets(data.address)
        break
      case 'CNAME':
      case 'PTR':
      case 'NS':
        this.name(data.target)
        break
      case 'SRV':
        for (const value of [data.priority, data.weight, data.port]) this.u16(value)
        this.name(data.target)
        break
      case 'TXT':
        for (const string of data.strings) {
          const octets = octetsOf(string)
          this.u8(octets.length)
          this.octets(octets)
        }
        break
      case 'SOA':
        this.name(data.primary)
        this.name(data.mailbox)
        for (const value of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) this.u32(value)
        break
    }
  }
}

const write = (
  query: Query,
  answer: Answer,
  recursionAvailable: boolean,
  records: { truncated: boolean; additional: boolean },
): Uint8Array => {
  const writer = new MessageWriter()
  const answers = records.truncated ? [] : answer.answers
  const authority = records.truncated ? [] : answer.authority
  const additional = records.additional ? answer.additional : []
  const flags =
    0x8000 |
    (query.opcode << 11) |
    (answer.authoritative ? 0x400 : 0) |
    (records.truncated ? 0x200 : 0) |
    (query.recursionDesired ? 0x100 : 0) |
    (recursionAvailable ? 0x80 : 0) |
    (answer.rcode & 15)
  for (const word of [query.id, flags, 1, answers.length, authority.length, additional.length + (query.edns ? 1 : 0)])
    writer.u16(word)
  writer.name(query.question.name)
  writer.u16(query.question.type)
  writer.u16(query.question.class)
  for (const record of [...answers, ...authority, ...additional]) writer.record(record)
  if (query.edns) {
    writer.u8(0)
    writer.u16(RecordType.OPT)
    writer.u16(UDP_SIZE)
    writer.u32((answer.rcode >> 4) << 24)
    const extended = answer.extendedError
    writer.sized(() => {
      if (!extended || records.truncated) return
      writer.u16(EXTENDED_ERROR_OPTION)
      writer.sized(() => {
        writer.u16(extended.code)
        writer.octets(octetsOf(extended.text))
      })
    })
  }
  return writer.bytes.subarray(0, writer.length)
}

/**
 * The message that answers `query`. Over UDP it fits what the client takes: first the additional section goes, then
 * everything with the TC bit set, so that the client asks again over TCP (RFC 2181 section 9).
 */
export const encodeAnswer = (
  query: Query,
  answer: Answer,
  options: { readonly transport: 'udp' | 'tcp'; readonly recursionAvailable: boolean },
): Uint8Array => {
  const limit = options.transport === 'tcp' ? 65535 : Math.min(query.edns?.udpSize ?? 512, Math.max(UDP_SIZE, 512))
  const whole = write(query, answer, options.recursionAvailable, { truncated: false, additional: true })
  if (whole.length <= limit) return whole
  const lean = write(query, answer, options.recursionAvailable, { truncated: false, additional: false })
  if (lean.length <= limit) return lean
  return write(query, answer, options.recursionAvailable, { truncated: true, additional: false })
}

/** The answer to what could not be read: its id and FORMERR, nothing else. */
export const encodeFormatError = (id: number): Uint8Array =>
  Uint8Array.of(id >>> 8, id & 255, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0)

/** A query of our own, recursion desired. TCP keeps answers apart, so the id may be constant. */
export const encodeQuestion = (name: string, type: number): Uint8Array => {
  const writer = new MessageWriter()
  for (const word of [1, 0x100, 1, 0, 0, 0]) writer.u16(word)
  writer.name(name)
  writer.u16(type)
  writer.u16(1)
  return writer.bytes.subarray(0, writer.length)
}
