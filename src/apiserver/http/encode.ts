import type { ApiObject } from '#api/resource.ts'
import { jsonValue } from '#schema/json.ts'
import { messageOf } from '../machinery/message-list.ts'

/**
 * The JSON of an object (as its table orders it, with the zeros that are always written) from its second brace on,
 * without kind and apiVersion: made once for each stored state, however many read it.
 */
const bodies = new WeakMap<object, string>()

const bodyOf = (object: ApiObject): string => {
  let body = bodies.get(object)
  if (body === undefined) {
    const message = messageOf(object.apiVersion, object.kind)
    const whole = message ? jsonValue(message, object) : object
    const { kind: _, apiVersion: __, ...rest } = whole as ApiObject
    body = JSON.stringify(rest).slice(1)
    bodies.set(object, body)
  }
  return body
}

/** `{"kind":…,"apiVersion":…,…}` */
export const objectJson = (object: ApiObject): string => {
  const body = bodyOf(object)
  const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)}`
  return body === '}' ? `${head}}` : `${head},${body}`
}

/** An item of a typed list, which Kubernetes writes without kind and apiVersion. */
export const itemJson = (object: ApiObject): string => `{${bodyOf(object)}`

export interface ListHead {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: object
}

/** A list as JSON; each item is written once, however many lists it stands in. */
export const listJson = (head: ListHead, items: readonly ApiObject[]): string =>
  `{"kind":${JSON.stringify(head.kind)},"apiVersion":${JSON.stringify(head.apiVersion)},"metadata":${JSON.stringify(head.metadata)},"items":[${items.map(itemJson).join(',')}]}`

const lines = new WeakMap<object, Map<string, string>>()

/** One line of a JSON watch stream, with its line feed. */
export const watchLine = (type: string, object: ApiObject): string => {
  let byType = lines.get(object)
  if (!byType) {
    byType = new Map()
    lines.set(object, byType)
  }
  let line = byType.get(type)
  if (line === undefined) {
    line = `{"type":"${type}","object":${objectJson(object)}}\n`
    byType.set(type, line)
  }
  return line
}
