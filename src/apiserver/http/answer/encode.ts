import { setImmediate } from 'node:timers/promises'
import type { ApiObject } from '#api/resource.ts'
import { jsonValue } from '#schema/json.ts'
import { encodeItems, encodeListAround } from '#schema/protobuf.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import { Encodings } from './kept/encodings.ts'
import { KeptText } from './kept/kept-text.ts'

/** One for the process: the heap is one, too. */
const encodings = new Encodings()
/** Events, which go to all watchers at about the same time. */
const events = new Encodings(8 * 1024 * 1024)

type Message = MessageClass<unknown>

/**
 * The JSON of an object (as its table orders it, with the zeros that are always written) from its second brace on,
 * without kind and apiVersion.
 */
const bodyOf = (object: ApiObject, message: Message | undefined): string => {
  const whole = message ? jsonValue(message, object) : object
  const { kind: _, apiVersion: __, ...rest } = whole as ApiObject
  return JSON.stringify(rest).slice(1)
}

const keptBody = (object: ApiObject, message: Message | undefined): KeptText =>
  new KeptText(object, (one) => bodyOf(one, message))

const withKind = (object: ApiObject, body: string): string => {
  const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)}`
  return body === '}' ? `${head}}` : `${head},${body}`
}

/** `{"kind":…,"apiVersion":…,…}`; without a message as it stands. */
export const objectJson = (object: ApiObject, message: Message | undefined): string =>
  withKind(object, encodings.of(object, 'body', () => keptBody(object, message)).text)

/** An item of a typed list, which Kubernetes writes without kind and apiVersion; of custom resources with both. */
const itemJson = (object: ApiObject, message: Message): string => {
  const body = encodings.ofMany(object, 'body', () => keptBody(object, message)).text
  return message.open ? withKind(object, body) : `{${body}`
}

interface ListHead {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: object
}

/** A list as JSON, an item after the other; `message` is theirs. */
export function* listPieces(head: ListHead, items: readonly ApiObject[], message: Message): Generator<string, void> {
  const { kind, apiVersion, metadata } = head
  const start = JSON.stringify({ kind, apiVersion, metadata })
  yield `${start.slice(0, -1)},"items":[`
  for (const [index, item] of items.entries())
    yield index === 0 ? itemJson(item, message) : `,${itemJson(item, message)}`
  yield ']}'
}

/** Items that are made protobuf at once. */
const AT_ONCE = 50

/**
 * A list as enveloped protobuf, in pieces: their length stands before them, so all are made before the first is sent.
 * Others have their turn in between.
 */
export const protobufPieces = async (
  head: ListHead,
  items: readonly ApiObject[],
  list: Message,
): Promise<Uint8Array[]> => {
  const pieces: Uint8Array[] = []
  let octets = 0
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const piece = encodeItems(list, items.slice(at, at + AT_ONCE))
    octets += piece.length
    pieces.push(piece)
    if (at + AT_ONCE < items.length) await setImmediate()
  }
  const { before, after } = encodeListAround(list, { ...head }, octets)
  return [before, ...pieces, after]
}

/** One line of a JSON watch stream, with its line feed. */
export const watchLine = (type: string, object: ApiObject, message: Message | undefined): Uint8Array =>
  events.of(object, `line ${type}`, () => Buffer.from(lineOf(type, objectJson(object, message))))

/** The same for what is written once, by no table, and not kept. */
export const passingLine = (type: string, object: ApiObject): Uint8Array =>
  Buffer.from(lineOf(type, JSON.stringify(object)))

const lineOf = (type: string, json: string): string => `{"type":"${type}","object":${json}}\n`

/** Enveloped protobuf. */
export const protobufOf = (machinery: Machinery, message: Message, object: ApiObject): Uint8Array =>
  encodings.of(object, 'protobuf', () => machinery.encodeProtobuf(message, object))

/** One frame of a protobuf watch stream. */
export const watchFrame = (machinery: Machinery, message: Message, type: string, object: ApiObject): Uint8Array =>
  events.of(object, `frame ${type}`, () => machinery.encodeWatchFrame(type, machinery.encodeProtobuf(message, object)))
