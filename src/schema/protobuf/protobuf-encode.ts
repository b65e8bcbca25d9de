import { fromBase64 } from '../base64.ts'
import { compareUtf8 } from '../json/json-encode.ts'
import { type FieldPlan, Kind, type MessagePlan, Wire, zeroOf } from '../plan.ts'
import { parseTime } from '../time.ts'
import { ProtobufError } from './protobuf-error.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

type Members = { readonly [key: string]: unknown }

const EMPTY: Members = {}

/**
 * Writes a message's fields, the highest number first, since the writer goes backwards. Values are trusted to be of the
 * table's types.
 */
export const writeMessage = (writer: ProtobufWriter, plan: MessagePlan, object: Members): void => {
  for (const field of plan.descending) {
    if (field.presence === 'inline') {
      writeValue(writer, field, object)
      writer.varint(field.tag)
      continue
    }
    const value = object[field.name]
    switch (field.presence) {
      case 'list':
        if (value !== undefined && value !== null) writeList(writer, field, value as readonly unknown[])
        break
      case 'map':
        if (value !== undefined && value !== null) writeMap(writer, field, value as Members)
        break
      case 'optional':
        if (value === undefined || value === null) break
        writeValue(writer, field, value)
        writer.varint(field.tag)
        break
      default:
        // Go's value types are always on the wire, zero or not.
        writeValue(writer, field, value ?? (field.kind === Kind.message ? EMPTY : zeroOf(field.kind)))
        writer.varint(field.tag)
    }
  }
}

/** Items of a list; as all else, the last of them first. */
export const writeList = (writer: ProtobufWriter, field: FieldPlan, items: readonly unknown[]): void => {
  for (let index = items.length - 1; index >= 0; index--) {
    writeValue(writer, field, items[index] ?? undefined)
    writer.varint(field.tag)
  }
}

const writeMap = (writer: ProtobufWriter, field: FieldPlan, entries: Members): void => {
  const keys = Object.keys(entries)
  if (keys.length > 1) keys.sort(compareUtf8)
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index]!
    const before = writer.written
    writeValue(writer, field, entries[key] ?? undefined)
    writer.varint(16 | field.wire)
    writer.string(key)
    writer.varint(10)
    writer.varint(writer.written - before)
    writer.varint(field.tag)
  }
}

const writeValue = (writer: ProtobufWriter, field: FieldPlan, value: unknown): void => {
  switch (field.kind) {
    case Kind.string:
      writer.string((value as string | undefined) ?? '')
      break
    case Kind.bool:
      writer.varint(value === true ? 1 : 0)
      break
    case Kind.int32:
    case Kind.int64:
      writer.integer(integerOf(field, value ?? 0))
      break
    case Kind.double:
      writer.double((value as number | undefined) ?? 0)
      break
    case Kind.bytes: {
      const bytes = fromBase64((value as string | undefined) ?? '')
      if (bytes === undefined) throw new ProtobufError('PROTOBUF_VALUE', `${field.name} is no base64`)
      writer.lengthAndBytes(bytes)
      break
    }
    case Kind.message: {
      const before = writer.written
      writeMessage(writer, field.message!, (value as Members | undefined) ?? EMPTY)
      writer.varint(writer.written - before)
      break
    }
    default:
      if (value === undefined) writer.varint(0)
      else {
        const before = writer.written
        writeSpecial(writer, field, value)
        writer.varint(writer.written - before)
      }
  }
}

const integerOf = (field: FieldPlan, value: unknown): number => {
  if (Number.isSafeInteger(value)) return value as number
  throw new ProtobufError('PROTOBUF_VALUE', `${field.name} is ${String(value)}, which is no integer`)
}

const writeSpecial = (writer: ProtobufWriter, field: FieldPlan, value: unknown): void => {
  switch (field.kind) {
    case Kind.quantity:
      writer.string(value as string)
      writer.varint(10)
      break
    case Kind.intOrString: {
      const isString = typeof value === 'string'
      writer.string(isString ? value : '')
      writer.varint(26)
      writer.integer(isString ? 0 : integerOf(field, value))
      writer.varint(16)
      writer.varint(isString ? 1 : 0)
      writer.varint(8)
      break
    }
    case Kind.time:
    case Kind.microTime: {
      const instant = parseTime(value as string)
      if (instant === undefined)
        throw new ProtobufError('PROTOBUF_VALUE', `${field.name} is ${value}, which is no time`)
      writer.integer(field.kind === Kind.time ? 0 : instant.nanos)
      writer.varint(16)
      writer.integer(instant.seconds)
      writer.varint(8)
      break
    }
    case Kind.strings: {
      const items = value as readonly string[]
      for (let index = items.length - 1; index >= 0; index--) {
        writer.string(items[index]!)
        writer.varint(10)
      }
      break
    }
    case Kind.either:
      writeEither(writer, field, value)
      break
    default:
      writer.string(JSON.stringify(value))
      writer.varint(10)
  }
}

const writeEither = (writer: ProtobufWriter, field: FieldPlan, value: unknown): void => {
  const [of, or] = field.either!.numbers
  const lengthTag = (number: number): number => (number << 3) | Wire.length
  const writeOne = (number: number, one: unknown): void => {
    const before = writer.written
    writeMessage(writer, field.message!, one as Members)
    writer.varint(writer.written - before)
    writer.varint(lengthTag(number))
  }
  // Go writes a flag always, and a schema stands for true.
  const writeFlag = (flag: boolean): void => {
    writer.varint(flag ? 1 : 0)
    writer.varint((or << 3) | Wire.varint)
  }
  if (typeof value === 'boolean') writeFlag(value)
  else if (!Array.isArray(value)) {
    writeOne(of, value)
    if (field.either!.or === 'bool') writeFlag(true)
  } else
    for (let index = value.length - 1; index >= 0; index--) {
      const item: unknown = value[index]
      if (typeof item !== 'string') {
        writeOne(or, item)
        continue
      }
      writer.string(item)
      writer.varint(lengthTag(or))
    }
}
