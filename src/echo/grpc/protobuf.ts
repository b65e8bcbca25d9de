/** What a message's fields are, by their numbers. Only what the messages here have: texts, numbers of varint, and messages. */
export interface MessageType {
  readonly [number: number]: {
    readonly name: string
    readonly type: 'string' | 'varint' | MessageType
    readonly repeated?: true
  }
}
type MessageValue = string | number | Message | readonly MessageValue[]
/** By the fields' names; one that is absent has its default, as in proto3. */
export interface Message {
  readonly [name: string]: MessageValue | undefined
}

/** Octets that are no message of that type. */
class ProtobufError extends Error {
  readonly code = 'PROTOBUF_INVALID'
}

const VARINT = 0
const FIXED_64 = 1
const DELIMITED = 2
const FIXED_32 = 5
/** How deep messages may lie in one another, as protobuf's own libraries have it. */
const DEPTH = 100

const varint = (value: number): number[] => {
  const octets: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) octets.push((rest % 0x80) | 0x80)
  octets.push(rest)
  return octets
}

/** The octets of a message. What the type has no field for is left out. */
export const encodeMessage = (type: MessageType, message: Message): Buffer => {
  const parts: Buffer[] = []
  for (const [number, field] of Object.entries(type)) {
    const value = message[field.name]
    if (value === undefined || value === '' || value === 0) continue
    for (const one of field.repeated ? (value as readonly MessageValue[]) : [value]) {
      if (field.type === 'varint') {
        parts.push(Buffer.from([...varint(Number(number) * 8 + VARINT), ...varint(Number(one))]))
        continue
      }
      const content = field.type === 'string' ? Buffer.from(String(one)) : encodeMessage(field.type, one as Message)
      parts.push(Buffer.from([...varint(Number(number) * 8 + DELIMITED), ...varint(content.length)]), content)
    }
  }
  return Buffer.concat(parts)
}

class Octets {
  readonly #octets: Buffer
  #at = 0
  constructor(octets: Buffer) {
    this.#octets = octets
  }
  get left(): number {
    return this.#octets.length - this.#at
  }
  varint(): number {
    let value = 0
    // Ten octets hold 64 bits; what is above 2^53 loses its last digits.
    for (let place = 0; place < 10; place++) {
      const [octet] = this.take(1)
      value += (octet! & 0x7f) * 2 ** (7 * place)
      if (octet! < 0x80) return value
    }
    throw new ProtobufError('a number has no end')
  }
  take(count: number): Buffer {
    if (count > this.left) throw new ProtobufError('the message ends before its field')
    this.#at += count
    return this.#octets.subarray(this.#at - count, this.#at)
  }
}

const content = (octets: Octets, wire: number): number | Buffer => {
  if (wire === VARINT) return octets.varint()
  if (wire === FIXED_64) return octets.take(8)
  if (wire === FIXED_32) return octets.take(4)
  if (wire === DELIMITED) return octets.take(octets.varint())
  throw new ProtobufError(`wire type ${wire} is none`)
}

/** A message of that type. A field that it has not comes under its number: a text where it is one, else base64. Throws ProtobufError. */
export const decodeMessage = (type: MessageType, data: Buffer, depth = 0): Message => {
  if (depth > DEPTH) throw new ProtobufError(`messages lie more than ${DEPTH} deep in one another`)
  const octets = new Octets(data)
  const message: Record<string, MessageValue> = {}
  while (octets.left > 0) {
    const key = octets.varint()
    const number = Math.floor(key / 8)
    const field = type[number]
    const read = content(octets, key % 8)
    if (typeof read === 'number' && field !== undefined && field.type !== 'varint')
      throw new ProtobufError(`field ${number} is ${field.name}, and no number`)
    const value = typeof read === 'number' ? read : contentValue(read, field?.type, depth)
    const name = field?.name ?? String(number)
    const before = message[name]
    message[name] = field?.repeated ? [...((before as readonly MessageValue[]) ?? []), value] : value
  }
  return message
}

const contentValue = (octets: Buffer, type: MessageType[number]['type'] | undefined, depth: number): MessageValue => {
  if (typeof type === 'object') return decodeMessage(type, octets, depth + 1)
  if (type === 'varint') throw new ProtobufError('octets stand where a number is to be')
  const text = octets.toString()
  if (type === 'string' || Buffer.from(text).equals(octets)) return text
  return octets.toString('base64')
}
