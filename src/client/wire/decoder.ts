import { PartialObjectMetadata } from '#api/meta/object-meta.ts'
import { Status } from '#api/meta/status.ts'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { keepOnly } from '#schema/kept/kept.ts'
import { ProtobufError, ReadCache, readProtobuf, readWatchEvent, unwrapUnknown } from '#schema/protobuf.ts'
import { ApiError, type List, type WatchEvent } from '../client.ts'
import { JSON_TYPE, jsonOf, type Reply } from './exchange.ts'
import { isProtobuf, PROTOBUF_TYPE } from './refusal.ts'
import { type Transport, TransportError } from './transport.ts'

/** On the bookmark behind the last of the initial events (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

interface ListFields {
  readonly items?: readonly ApiObject[]
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}
interface Line {
  readonly type: string
  readonly object: ApiObject
}

/** Reads what a server says of a resource, in the form that it chose: whole objects, or what of them is kept. */
export class Decoder {
  readonly #transport: Transport
  readonly #wantsProtobuf: boolean
  readonly #strings = new ReadCache()
  /** Resources that a server would not give in protobuf. */
  readonly #jsonOnly = new Set<string>()

  constructor(transport: Transport, wantsProtobuf: boolean) {
    this.#transport = transport
    this.#wantsProtobuf = wantsProtobuf
  }

  /** The Accept header of a resource. */
  accept(resource: Resource, isWatch = false): string {
    if (!this.#wantsProtobuf || this.#jsonOnly.has(idOf(resource)) || resource.message?.open) return JSON_TYPE
    return `${PROTOBUF_TYPE}${isWatch ? ';stream=watch' : ''},${JSON_TYPE}`
  }

  /** Whether it is worth asking again, in JSON: the refusal was of the form, and the form was protobuf. */
  fallsBack(resource: Resource, error: unknown): boolean {
    const isForm = error instanceof ApiError && (error.status.code === 406 || error.status.code === 415)
    if (!isForm || this.accept(resource) === JSON_TYPE) return false
    this.#jsonOnly.add(idOf(resource))
    return true
  }

  object<T extends ApiObject>(resource: Resource<T>, reply: Reply): T {
    if (!isProtobuf(reply.contentType)) return keepOnly(resource.message, jsonOf(this.#transport, reply) as T)
    return this.#reading(() => this.#enveloped(resource, reply.body))
  }

  list<T extends ApiObject>(resource: Resource<T>, reply: Reply): List<T> {
    const fields = isProtobuf(reply.contentType)
      ? this.#reading(() => readProtobuf(resource.list, unwrapUnknown(reply.body).raw, this.#strings))
      : jsonOf(this.#transport, reply)
    const { items = [], metadata } = fields as ListFields
    const { kind, message } = resource
    const apiVersion = groupVersion(resource)
    const more = metadata?.continue
    return {
      // Items of a typed list come without their kind.
      items: items.map((item): T => keepOnly(message, { ...(item as T), apiVersion, kind })),
      resourceVersion: metadata?.resourceVersion ?? '',
      ...(more ? { continue: more } : {}),
    }
  }

  /** An event of a line. Undefined: a type of a later Kubernetes, nothing that we could apply. Throws ApiError for one that tells an error. */
  line<T extends ApiObject>(resource: Resource<T>, line: string): WatchEvent<T> | undefined {
    const { type, object } = JSON.parse(line) as Line
    if (type === 'BOOKMARK') return bookmarkOf(object)
    if (type === 'ERROR') throw new ApiError(object as unknown as ApiError['status'])
    return eventOf(type, () => keepOnly(resource.message, object as T))
  }

  /** The same of a frame. Throws also TransportError where it cannot be read. */
  frame<T extends ApiObject>(resource: Resource<T>, frame: Uint8Array): WatchEvent<T> | undefined {
    return this.#reading(() => {
      const { type, enveloped } = readWatchEvent(frame)
      // Metadata is the first field of each kind. What is marked by an annotation must not depend on what is kept.
      if (type === 'BOOKMARK') return bookmarkOf(this.#bare(PartialObjectMetadata, enveloped) as ApiObject)
      if (type === 'ERROR') throw new ApiError(this.#bare(Status, enveloped) as ApiError['status'])
      return eventOf(type, () => this.#enveloped(resource, enveloped))
    })
  }

  #enveloped<T extends ApiObject>(resource: Resource<T>, bytes: Uint8Array): T {
    const { kind, apiVersion, raw } = unwrapUnknown(bytes)
    const object = readProtobuf(resource.message, raw, this.#strings)
    // An answer of another kind than the resource's is a server's that is not Kubernetes.
    if (kind !== resource.kind || apiVersion !== groupVersion(resource))
      throw new ProtobufError('PROTOBUF_ENVELOPE', `${apiVersion} ${kind} came for ${resource.plural}`)
    return object
  }

  #bare(message: Parameters<typeof readProtobuf>[0], enveloped: Uint8Array): unknown {
    return readProtobuf(message, unwrapUnknown(enveloped).raw, this.#strings)
  }

  #reading<V>(read: () => V): V {
    try {
      return read()
    } catch (cause) {
      if (!(cause instanceof ProtobufError)) throw cause
      const message = `${this.#transport.target} answered with protobuf that cannot be read: ${cause.message}`
      throw new TransportError('API_ANSWER_UNREADABLE', message, { cause })
    }
  }
}

const idOf = ({ group, plural }: Resource): string => `${plural}.${group}`

const bookmarkOf = ({ metadata }: ApiObject): WatchEvent<never> => ({
  type: 'BOOKMARK',
  resourceVersion: metadata?.resourceVersion ?? '',
  ...(metadata?.annotations?.[INITIAL_EVENTS_END] === 'true' ? { endsInitialEvents: true } : {}),
})

const eventOf = <T extends ApiObject>(type: string, object: () => T): WatchEvent<T> | undefined =>
  type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' ? { type, object: object() } : undefined
