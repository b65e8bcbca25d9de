import { foldName } from '#names/dns-name.ts'
import { type RecordData, RecordType, type ResourceRecord } from '#names/record.ts'

/** Writes one message; grows as needed, compresses names it has written before. */
export class MessageWriter {
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

  /** What we write is ASCII, but for labels that came in: those hold one octet a character. */
  text(text: string): void {
    this.#room(text.length)
    for (let at = 0; at < text.length; at++) this.bytes[this.length++] = text.charCodeAt(at)
  }

  name(name: string): void {
    const folded = foldName(name)
    for (let at = 0; at < name.length; ) {
      const rest = folded.slice(at)
      const known = this.#offsets.get(rest)
      if (known !== undefined) {
        this.u16(0xc000 | known)
        return
      }
      if (this.length < 0x4000) this.#offsets.set(rest, this.length)
      const dot = name.indexOf('.', at)
      const end = dot < 0 ? name.length : dot
      const label = name.slice(at, end)
      this.short(label.includes('\\') ? unescaped(label) : label)
      at = end + 1
    }
    this.u8(0)
  }

  /** A text of at most 255 octets behind its length. */
  short(text: string): void {
    this.u8(text.length)
    this.text(text)
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

  /** Takes back what stands behind `length`. Names written there are not pointed to again: nothing but OPT may follow. */
  rewind(length: number): void {
    this.length = length
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
        for (const string of data.strings) this.short(string)
        break
      case 'SOA':
        this.name(data.primary)
        this.name(data.mailbox)
        for (const value of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) this.u32(value)
        break
    }
  }
}

/** `a\046b` → `a.b`: as decodeName() has written what is no printable character. */
const unescaped = (label: string): string =>
  label.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)))
