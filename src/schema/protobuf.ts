import { planOf } from './plan.ts'
import { readMessage, type UnknownField } from './protobuf/protobuf-decode.ts'
import { writeList, writeMessage } from './protobuf/protobuf-encode.ts'
import { ProtobufError } from './protobuf/protobuf-error.ts'
import { ProtobufReader } from './protobuf/protobuf-reader.ts'
import { ProtobufWriter } from './protobuf/protobuf-writer.ts'
import type { ReadCache } from './protobuf/read-cache.ts'
import type { MessageClass } from './schema.ts'

export { ProtobufError } from './protobuf/protobuf-error.ts'
export { ReadCache } from './protobuf/read-cache.ts'

interface DecodedProtobuf<T> {
  /** As JSON decoding leaves it; a kind carries its apiVersion and kind. The caller owns it. */
  readonly object: T
  /** Fields that no table has, by the number alone; each once, at most 100. */
  readonly unknown: readonly UnknownField[]
}

/** `runtime.Unknown` of apimachinery: how Kubernetes wraps every protobuf body, after four bytes `k8s\0`. */
interface Envelope {
  readonly apiVersion: string
  readonly kind: string
  /** The message. A view of the bytes given, not a copy. */
  readonly raw: Uint8Array
  readonly contentEncoding: string
  readonly contentType: string
}

const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0)

// One buffer for all: writing is synchronous, and `finish` copies.
const shared = new ProtobufWriter()

/** Runs a write on the shared buffer, which is clean afterwards even where the write throws. */
const writing = (write: (writer: ProtobufWriter) => void): Uint8Array => {
  try {
    write(shared)
    return shared.finish()
  } finally {
    shared.reset()
  }
}

/** A bare message from bytes. Throws ProtobufError on anything that is none. */
export const decodeProtobuf = <T>(message: MessageClass<T>, bytes: Uint8Array): DecodedProtobuf<T> => {
  const state = { depth: 0, unknown: [] as UnknownField[] }
  const plan = planOf(message)
  const fields = readMessage(new ProtobufReader(bytes), plan, state)
  const object = plan.gvk === undefined ? fields : { kind: plan.gvk[1], apiVersion: plan.gvk[0], ...fields }
  return { object: object as T, unknown: state.unknown }
}

/**
 * A bare message as a client reads it: fields that its table does not have are passed over, and what `cache`
 * has is not made again: what comes out is shared and must not be changed. Throws ProtobufError on anything that is none.
 */
export const readProtobuf = <T>(message: MessageClass<T>, bytes: Uint8Array, cache: ReadCache): T => {
  const state = { depth: 0, unknown: undefined, cache }
  const plan = planOf(message)
  const fields = readMessage(new ProtobufReader(bytes, cache), plan, state)
  return (plan.gvk === undefined ? fields : { kind: plan.gvk[1], apiVersion: plan.gvk[0], ...fields }) as T
}

/** The enveloped message: a body as clients send and get it. `typeMeta` speaks for objects that carry none. */
export const encodeEnveloped = <T>(
  message: MessageClass<T>,
  object: T,
  typeMeta: readonly [apiVersion: string, kind: string] = typeMetaOf(message, object),
): Uint8Array =>
  writing((writer) => {
    writeEmptyTail(writer)
    const before = writer.written
    writeMessage(writer, planOf(message), object as { readonly [key: string]: unknown })
    writer.varint(writer.written - before)
    writeEnvelopeHead(writer, ...typeMeta)
  })

type Members = { readonly [key: string]: unknown }

const ITEMS = 'items'

/** Some items of a kind's list, as they stand in its message. */
export const encodeItems = (list: MessageClass<unknown>, items: readonly unknown[]): Uint8Array =>
  writing((writer) => writeList(writer, planOf(list).byName.get(ITEMS)!, items))

/**
 * An enveloped list without items, as what stands before and after so many octets of them that encodeItems() has made.
 * Items are the last field of each list.
 */
export const encodeListAround = (
  list: MessageClass<unknown>,
  head: Members & { readonly apiVersion: string; readonly kind: string },
  octets: number,
): { readonly before: Uint8Array; readonly after: Uint8Array } => {
  const { apiVersion, kind, [ITEMS]: _, ...fields } = head
  return {
    before: writing((writer) => {
      writeMessage(writer, planOf(list), fields)
      writer.varint(writer.written + octets)
      writeEnvelopeHead(writer, apiVersion, kind)
    }),
    after: writing(writeEmptyTail),
  }
}

const typeMetaOf = <T>(message: MessageClass<T>, object: T): readonly [string, string] => {
  const { apiVersion, kind } = object as { readonly apiVersion?: string; readonly kind?: string }
  return [apiVersion ?? message.gvk?.[0] ?? '', kind ?? message.gvk?.[1] ?? message.messageName]
}

/** contentEncoding and contentType: empty, and written all the same. */
const writeEmptyTail = (writer: ProtobufWriter): void => {
  writer.varint(0)
  writer.varint(34)
  writer.varint(0)
  writer.varint(26)
}

const writeEnvelopeHead = (writer: ProtobufWriter, apiVersion: string, kind: string): void => {
  writer.varint(18)
  const before = writer.written
  writer.string(kind)
  writer.varint(18)
  writer.string(apiVersion)
  writer.varint(10)
  writer.varint(writer.written - before)
  writer.varint(10)
  writer.raw(MAGIC)
}

/** Opens an envelope. Throws ProtobufError PROTOBUF_ENVELOPE where `k8s\0` is missing. */
export const unwrapUnknown = (bytes: Uint8Array): Envelope => {
  if (MAGIC.some((byte, index) => bytes[index] !== byte))
    throw new ProtobufError('PROTOBUF_ENVELOPE', 'the body does not begin with k8s\\0, as Kubernetes protobuf does')
  const reader = new ProtobufReader(bytes)
  reader.at = MAGIC.length
  let [apiVersion, kind, contentEncoding, contentType] = ['', '', '', '']
  let raw: Uint8Array = new Uint8Array(0)
  while (reader.at < reader.end) {
    const tag = reader.uint32()
    if (tag === 10) {
      const outer = reader.enter()
      while (reader.at < reader.end) {
        const inner = reader.uint32()
        if (inner === 10) apiVersion = reader.string()
        else if (inner === 18) kind = reader.string()
        else reader.skip(inner & 7)
      }
      reader.leave(outer)
    } else if (tag === 18) raw = reader.slice()
    else if (tag === 26) contentEncoding = reader.string()
    else if (tag === 34) contentType = reader.string()
    else reader.skip(tag & 7)
  }
  return { apiVersion, kind, raw, contentEncoding, contentType }
}

/**
 * One frame of a watch stream: four bytes of length, big end first, and a bare WatchEvent that holds the enveloped
 * object.
 */
export const encodeWatchFrame = (type: string, enveloped: Uint8Array): Uint8Array =>
  writing((writer) => {
    const before = writer.written
    writer.lengthAndBytes(enveloped)
    writer.varint(10)
    writer.varint(writer.written - before)
    writer.varint(18)
    writer.string(type)
    writer.varint(10)
    const length = writer.written
    writer.raw(Uint8Array.of(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255))
  })

/** What encodeWatchFrame() has put behind the length. Throws ProtobufError where it is cut. */
export const readWatchEvent = (bytes: Uint8Array): { readonly type: string; readonly enveloped: Uint8Array } => {
  const reader = new ProtobufReader(bytes)
  let type = ''
  let enveloped: Uint8Array = new Uint8Array(0)
  while (reader.at < reader.end) {
    const tag = reader.uint32()
    if (tag === 10) type = reader.string()
    else if (tag === 18) {
      const outer = reader.enter()
      while (reader.at < reader.end) {
        const inner = reader.uint32()
        if (inner === 10) enveloped = reader.slice()
        else reader.skip(inner & 7)
      }
      reader.leave(outer)
    } else reader.skip(tag & 7)
  }
  return { type, enveloped }
}
