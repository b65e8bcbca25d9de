import type { ApiObject } from '#api/resource.ts'
import { jsonValue } from '#schema/json.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import { Encodings } from './encodings.ts'

/** One for the process: the heap is one, too. */
const encodings = new Encodings()

/**
 * The JSON of an object (as its table orders it, with the zeros that are always written) from its second brace on,
 * without kind and apiVersion.
 */
const bodyOf = (object: ApiObject, message: MessageClass<unknown> | undefined): string =>
  encodings.of(object, 'body', () => {
    const whole = message ? jsonValue(message, object) : object
    const { kind: _, apiVersion: __, ...rest } = whole as ApiObject
    return JSON.stringify(rest).slice(1)
  })

/** `{"kind":…,"apiVersion":…,…}`; without a message as it stands. */
export const objectJson = (object: ApiObject, message: MessageClass<unknown> | undefined): string => {
  const body = bodyOf(object, message)
  const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)}`
  return body === '}' ? `${head}}` : `${head},${body}`
}

/** An item of a typed list, which Kubernetes writes without kind and apiVersion; of custom resources with both. */
const itemJson = (object: ApiObject, message: MessageClass<unknown>): string =>
  message.open ? objectJson(object, message) : `{${bodyOf(object, message)}`

interface ListHead {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: object
}

/** A list as JSON; `message` is that of its items. */
export const listJson = (head: ListHead, items: readonly ApiObject[], message: MessageClass<unknown>): string =>
  `{"kind":${JSON.stringify(head.kind)},"apiVersion":${JSON.stringify(head.apiVersion)},"metadata":${JSON.stringify(head.metadata)},"items":[${items.map((item) => itemJson(item, message)).join(',')}]}`

/** One line of a JSON watch stream, with its line feed. */
export const watchLine = (type: string, object: ApiObject, message: MessageClass<unknown> | undefined): Uint8Array =>
  encodings.of(object, `line ${type}`, () => Buffer.from(lineOf(type, objectJson(object, message))))

/** The same for what is written once, by no table, and not kept. */
export const passingLine = (type: string, object: ApiObject): Uint8Array =>
  Buffer.from(lineOf(type, JSON.stringify(object)))

const lineOf = (type: string, json: string): string => `{"type":"${type}","object":${json}}\n`

/** Enveloped protobuf. */
export const protobufOf = (machinery: Machinery, message: MessageClass<unknown>, object: ApiObject): Uint8Array =>
  encodings.of(object, 'protobuf', () => machinery.encodeProtobuf(message, object))

/** One frame of a protobuf watch stream. */
export const watchFrame = (
  machinery: Machinery,
  message: MessageClass<unknown>,
  type: string,
  object: ApiObject,
): Uint8Array =>
  encodings.of(object, `frame ${type}`, () =>
    machinery.encodeWatchFrame(type, machinery.encodeProtobuf(message, object)),
  )
