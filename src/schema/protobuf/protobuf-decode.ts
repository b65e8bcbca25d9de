import { toBase64 } from '../base64.ts'
import { emptyMessage, fillAbsent } from '../json/json-decode.ts'
import { parseExactly } from '../json/long-integer.ts'
import { type FieldPlan, Kind, type MessagePlan, setMember, Wire, zeroOf } from '../plan.ts'
import { canonicalQuantity } from '../quantity.ts'
import { formatMicroTime, formatTime, isWritable } from '../time.ts'
import { MAX_MESSAGE_DEPTH, ProtobufError } from './protobuf-error.ts'
import type { ProtobufReader } from './protobuf-reader.ts'
import type { ReadCache } from './read-cache.ts'

type Members = { [key: string]: unknown }

/** A field that the tables do not have: protobuf carries no names. */
export interface UnknownField {
  readonly message: string
  readonly number: number
}

interface DecodeState {
  depth: number
  /** Absent: they are passed over. */
  readonly unknown: UnknownField[] | undefined
  /** Of a client, which holds what it reads and does not change it. */
  readonly cache?: ReadCache
}

const MAX_UNKNOWN = 100

/**
 * The message that fills the reader up to its end. Fields come out in the table's order, as JSON decoding leaves them.
 */
export const readMessage = (reader: ProtobufReader, plan: MessagePlan, state: DecodeState): Members => {
  if (++state.depth > MAX_MESSAGE_DEPTH)
    throw new ProtobufError('PROTOBUF_TOO_DEEP', `messages nest deeper than ${MAX_MESSAGE_DEPTH}`)
  // Numbers on the wire ascend, which is not the order of the table: values are gathered first.
  const read: Members = {}
  while (reader.at < reader.end) {
    const key = reader.uint32()
    const field = plan.byNumber[key >>> 3]
    if (field === undefined) skipUnknown(reader, plan, key, state)
    else if (key === field.tag || packed(field, key)) readField(reader, field, key, read, state)
    else
      throw new ProtobufError(
        'PROTOBUF_MALFORMED',
        `${plan.name}.${field.name} has wire type ${key & 7}, not ${field.tag & 7}`,
      )
  }
  state.depth--
  return inOrder(plan, read, state.cache !== undefined)
}

const inOrder = (plan: MessagePlan, read: Members, isHeld: boolean): Members => {
  const object: Members = {}
  for (const field of plan.flat) {
    const value = read[field.name]
    if (value === undefined) fillAbsent(object, field)
    // A copy has room for what is in it; an array that grew by push() for 17.
    else object[field.name] = isHeld && field.presence === 'list' ? (value as unknown[]).slice() : value
  }
  return object
}

const skipUnknown = (reader: ProtobufReader, plan: MessagePlan, key: number, state: DecodeState): void => {
  const number = key >>> 3
  if (number === 0) throw new ProtobufError('PROTOBUF_MALFORMED', `${plan.name} has a field of number 0`)
  reader.skip(key & 7)
  if (state.unknown === undefined || state.unknown.length >= MAX_UNKNOWN) return
  if (!state.unknown.some((other) => other.message === plan.name && other.number === number))
    state.unknown.push({ message: plan.name, number })
}

/** Writers may join a list of numbers into one value; readers must take both forms. */
const packed = (field: FieldPlan, key: number): boolean =>
  field.presence === 'list' && field.wire !== Wire.length && (key & 7) === Wire.length

const readField = (reader: ProtobufReader, field: FieldPlan, key: number, read: Members, state: DecodeState): void => {
  switch (field.presence) {
    case 'inline': {
      const outer = reader.enter()
      Object.assign(read, readMessage(reader, field.message!, state))
      reader.leave(outer)
      return
    }
    case 'list': {
      let items = read[field.name] as unknown[] | undefined
      if (items === undefined) read[field.name] = items = []
      if (key === field.tag) {
        items.push(readValue(reader, field, state) ?? null)
        return
      }
      const outer = reader.enter()
      while (reader.at < reader.end) items.push(readValue(reader, field, state))
      reader.leave(outer)
      return
    }
    case 'map': {
      let entries = read[field.name] as Members | undefined
      if (entries === undefined) read[field.name] = entries = {}
      readEntry(reader, field, entries, state)
      if (field.only !== undefined && Object.keys(entries).length === 0) read[field.name] = undefined
      return
    }
    case 'field': {
      const value = readValue(reader, field, state)
      if (value !== '' && value !== 0 && value !== false) read[field.name] = value
      // A later zero overwrites an earlier value, as in any protobuf reader.
      else read[field.name] = field.kind >= Kind.message ? value : undefined
      return
    }
    default: {
      const value = readValue(reader, field, state)
      if (value !== undefined) read[field.name] = value
    }
  }
}

const readEntry = (reader: ProtobufReader, field: FieldPlan, entries: Members, state: DecodeState): void => {
  const outer = reader.enter()
  let key = ''
  let value: unknown
  while (reader.at < reader.end) {
    const tag = reader.uint32()
    if (tag === 10) key = reader.string()
    else if (tag === (16 | field.wire)) value = readValue(reader, field, state)
    else reader.skip(tag & 7)
  }
  reader.leave(outer)
  if (field.only?.has(key) === false) return
  if (value === undefined)
    value = field.kind === Kind.message ? emptyMessage(field.message!) : (zeroOf(field.kind) ?? null)
  setMember(entries, key, value)
}

const readValue = (reader: ProtobufReader, field: FieldPlan, state: DecodeState): unknown => {
  switch (field.kind) {
    case Kind.string:
      return reader.string()
    case Kind.bool:
      return reader.bool()
    case Kind.int32:
      return reader.int32()
    case Kind.int64:
      return reader.int64()
    case Kind.double:
      return reader.double()
    case Kind.bytes:
      return toBase64(reader.slice())
  }
  const outer = reader.enter()
  const value =
    field.kind === Kind.message
      ? readShared(reader, field.message!, state)
      : field.kind === Kind.either
        ? readEither(reader, field, state)
        : readSpecial(reader, field)
  reader.leave(outer)
  return value
}

const readShared = (reader: ProtobufReader, plan: MessagePlan, state: DecodeState): Members => {
  const { cache } = state
  if (cache === undefined) return readMessage(reader, plan, state)
  return cache.messages.read(plan, reader.bytes, reader.at, reader.end, () => readMessage(reader, plan, state))
}

const readEither = (reader: ProtobufReader, field: FieldPlan, state: DecodeState): unknown => {
  const { or, numbers } = field.either!
  let message: Members | undefined
  let flag = false
  const items: unknown[] = []
  const readOne = (): Members => {
    const outer = reader.enter()
    const one = readMessage(reader, field.message!, state)
    reader.leave(outer)
    return one
  }
  readMembers(reader, (tag) => {
    if (tag === ((numbers[0] << 3) | Wire.length)) message = readOne()
    else if (tag >>> 3 !== numbers[1]) return false
    else if (or === 'bool') flag = reader.bool()
    else items.push(or === 'list' ? readOne() : reader.string())
    return true
  })
  return message ?? (or === 'bool' ? flag : items)
}

/** Types that JSON writes in a form of their own and protobuf as small messages. */
const readSpecial = (reader: ProtobufReader, field: FieldPlan): unknown => {
  switch (field.kind) {
    case Kind.quantity:
      return readQuantity(field, readText(reader))
    case Kind.intOrString:
      return readIntOrString(reader)
    case Kind.time:
    case Kind.microTime: {
      // An empty message is the zero time.
      if (reader.at === reader.end) return undefined
      const instant = { seconds: 0, nanos: 0 }
      readMembers(reader, (tag) => {
        if (tag === 8) instant.seconds = reader.int64()
        else if (tag === 16) instant.nanos = reader.int32()
        else return false
        return true
      })
      return formatInstant(field, instant)
    }
    case Kind.strings: {
      const items: string[] = []
      readMembers(reader, (tag) => {
        if (tag !== 10) return false
        items.push(reader.string())
        return true
      })
      return items
    }
    default: {
      const text = readText(reader)
      if (text === undefined || text === '') return undefined
      try {
        return parseExactly(text)
      } catch {
        throw new ProtobufError('PROTOBUF_MALFORMED', `${field.name} holds bytes that are no JSON`)
      }
    }
  }
}

const readMembers = (reader: ProtobufReader, read: (tag: number) => boolean): void => {
  while (reader.at < reader.end) {
    const tag = reader.uint32()
    if (!read(tag)) reader.skip(tag & 7)
  }
}

/** Quantity, RawExtension, FieldsV1 and JSON hold one text, in field 1. */
const readText = (reader: ProtobufReader): string | undefined => {
  let text: string | undefined
  readMembers(reader, (tag) => {
    if (tag !== 10) return false
    text = reader.string()
    return true
  })
  return text
}

const readQuantity = (field: FieldPlan, text: string | undefined): string => {
  if (text === undefined || text === '') return '0'
  try {
    return canonicalQuantity(text)
  } catch (error) {
    throw new ProtobufError('PROTOBUF_MALFORMED', `${field.name}: ${error instanceof Error ? error.message : error}`)
  }
}

const readIntOrString = (reader: ProtobufReader): number | string => {
  let isString = false
  let number = 0
  let text = ''
  readMembers(reader, (tag) => {
    if (tag === 8) isString = reader.uint32() === 1
    else if (tag === 16) number = reader.int32()
    else if (tag === 26) text = reader.string()
    else return false
    return true
  })
  return isString ? text : number
}

const formatInstant = (field: FieldPlan, instant: { readonly seconds: number; readonly nanos: number }): string => {
  const { nanos } = instant
  if (!isWritable(instant) || nanos < 0 || nanos > 999_999_999)
    throw new ProtobufError('PROTOBUF_MALFORMED', `${field.name} holds a time outside of the years 0 to 9999`)
  return field.kind === Kind.time ? formatTime(instant) : formatMicroTime(instant)
}
