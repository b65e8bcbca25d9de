import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { StringDecoder } from 'node:string_decoder'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import {
  ApiError,
  type Client,
  type DeleteOptions,
  type List,
  type ListOptions,
  type PatchType,
  type Watch,
  type WatchEvent,
  type WriteOptions,
} from './client.ts'

/** How requests reach a server: what differs between a Unix socket and HTTPS. */
export interface Transport {
  /** Opens a request; `headers` are complete but for what the transport itself knows (authorization). */
  open(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest
  /** Ends kept connections. */
  close(): void
  /** For errors: `unix:/run/…`, `https://10.96.0.1:443`. */
  readonly target: string
}

/** No answer of an API server: it was not reached, or what came is none of its. */
export class TransportError extends Error {
  readonly code: 'API_UNREACHABLE' | 'API_ANSWER_UNREADABLE'
  constructor(code: TransportError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TransportError'
    this.code = code
  }
}

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * `/api/v1/namespaces/NAMESPACE/pods/NAME/SUBRESOURCE`; without a name the collection, without a namespace that of all.
 */
const resourcePath = (
  resource: Resource,
  namespace: string | undefined,
  name = '',
  subresource: string | undefined = undefined,
): string => {
  const root = resource.group === '' ? '/api' : '/apis'
  const parts = [
    `${root}/${groupVersion(resource)}`,
    resource.namespaced && namespace ? `namespaces/${encodeURIComponent(namespace)}` : '',
    resource.plural,
    name && encodeURIComponent(name),
    subresource ?? '',
  ]
  return parts.filter(Boolean).join('/')
}

const withQuery = (path: string, query: Query): string => {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') words.set(name, String(value))
  return words.size > 0 ? `${path}?${words}` : path
}

/** One request, and the JSON of its answer. Rejects with an ApiError where the server refused, or a TransportError. */
export type Send = (method: string, path: string, body?: unknown, contentType?: string) => Promise<unknown>

/** Requests over a transport; `agent` is what it says that it is. */
export const senderOver =
  (transport: Transport, agent = 'fairlead'): Send =>
  (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
      const headers: Record<string, string | number> = { accept: 'application/json', 'user-agent': agent }
      if (bytes) {
        headers['content-type'] = contentType
        headers['content-length'] = bytes.length
      }
      const request = transport.open({ method, path, headers }, (response) => {
        readAll(response).then(
          (text) => {
            try {
              resolve(answerOf(transport, response, text))
            } catch (error) {
              reject(error)
            }
          },
          (error: unknown) => reject(unreachable(transport, error)),
        )
      })
      request.on('error', (error) => reject(unreachable(transport, error)))
      request.end(bytes)
    })

/** The Client over any transport: JSON, kept connections, one request a call. `agent` is what it says that it is. */
export const createHttpClient = (transport: Transport, agent = 'fairlead'): Client => {
  const watches = new Set<() => void>()

  const send = senderOver(transport, agent)

  return {
    async get<T extends ApiObject>(resource: Resource<T>, name: string, options?: { readonly namespace?: string }) {
      return (await send('GET', resourcePath(resource as Resource, options?.namespace, name))) as T
    },
    async list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): Promise<List<T>> {
      const { namespace, ...query } = options
      const answer = (await send('GET', withQuery(resourcePath(resource as Resource, namespace), query))) as {
        readonly items?: readonly T[]
        readonly metadata?: { readonly resourceVersion?: string }
      }
      const { kind } = resource
      const apiVersion = groupVersion(resource)
      // Items of a typed list come without their kind.
      const items = (answer.items ?? []).map((item): T => ({ ...item, apiVersion, kind }))
      return { items, resourceVersion: answer.metadata?.resourceVersion ?? '' }
    },
    watch<T extends ApiObject>(
      resource: Resource<T>,
      options: ListOptions & { readonly resourceVersion: string },
      onEvent: (event: WatchEvent<T>) => void,
    ): Watch {
      const { namespace, ...query } = options
      const path = withQuery(resourcePath(resource as Resource, namespace), {
        ...query,
        watch: true,
        allowWatchBookmarks: true,
      })
      const { promise: done, resolve, reject } = Promise.withResolvers<void>()
      let open = true
      const finish = (error?: unknown): void => {
        if (!open) return
        open = false
        watches.delete(stop)
        request.destroy()
        if (error === undefined) resolve()
        else reject(error)
      }
      const stop = (): void => finish()
      const request = transport.open(
        { method: 'GET', path, headers: { accept: 'application/json', 'user-agent': agent } },
        (response) => {
          if (response.statusCode !== 200) {
            readAll(response).then(
              (text) => {
                try {
                  answerOf(transport, response, text)
                  finish(unreachable(transport, new Error(`status ${response.statusCode}`)))
                } catch (error) {
                  finish(error)
                }
              },
              (error: unknown) => finish(unreachable(transport, error)),
            )
            return
          }
          readLines(response, (line) => {
            if (!open) return
            try {
              deliver(line, onEvent)
            } catch (error) {
              finish(error)
            }
          })
          response.on('end', () => finish())
          response.on('error', (error) => finish(unreachable(transport, error)))
          response.on('close', () => finish())
        },
      )
      request.on('error', (error) => finish(unreachable(transport, error)))
      request.end()
      watches.add(stop)
      return { stop, done }
    },
    async create<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions = {}) {
      const namespace = options.namespace ?? object.metadata?.namespace
      const name = options.subresource ? object.metadata?.name : ''
      const path = resourcePath(resource as Resource, namespace, name, options.subresource)
      return (await send('POST', withQuery(path, writeQuery(options)), object)) as T
    },
    async update<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions = {}) {
      const namespace = options.namespace ?? object.metadata?.namespace
      const path = resourcePath(resource as Resource, namespace, object.metadata?.name, options.subresource)
      return (await send('PUT', withQuery(path, writeQuery(options)), object)) as T
    },
    async patch<T extends ApiObject>(
      resource: Resource<T>,
      name: string,
      type: PatchType,
      body: unknown,
      options: WriteOptions = {},
    ) {
      const path = resourcePath(resource as Resource, options.namespace, name, options.subresource)
      return (await send('PATCH', withQuery(path, writeQuery(options)), body, PATCH_TYPES[type])) as T
    },
    async delete<T extends ApiObject>(resource: Resource<T>, name: string, options: DeleteOptions = {}) {
      const { namespace, ...rest } = options
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...rest }
      await send('DELETE', resourcePath(resource as Resource, namespace, name), body)
    },
    close() {
      for (const stop of [...watches]) stop()
      transport.close()
    },
  }
}

const writeQuery = (options: WriteOptions): Query => ({
  dryRun: options.dryRun ? 'All' : undefined,
  fieldManager: options.fieldManager,
})

const readAll = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Whole lines of a stream; a character that is cut by a chunk's end is put together again. */
const readLines = (response: IncomingMessage, onLine: (line: string) => void): void => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  response.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split('\n')
    rest = parts.pop()!
    for (const part of parts) if (part) onLine(part)
  })
}

const deliver = <T extends ApiObject>(line: string, onEvent: (event: WatchEvent<T>) => void): void => {
  const event = JSON.parse(line) as { readonly type: string; readonly object: T }
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      onEvent({ type: event.type, object: event.object })
      break
    case 'BOOKMARK':
      onEvent({ type: 'BOOKMARK', resourceVersion: event.object.metadata?.resourceVersion ?? '' })
      break
    case 'ERROR':
      throw new ApiError(event.object as unknown as ApiError['status'])
    default:
      // A type of a later Kubernetes: nothing that we could apply.
      break
  }
}

/** The refusal that an answer is, where one was given in the place of another protocol. */
export const readRefusal = async (transport: Transport, response: IncomingMessage): Promise<unknown> => {
  const text = await readAll(response)
  try {
    answerOf(transport, response, text)
  } catch (error) {
    return error
  }
  return unreachable(transport, new Error(`it answered ${response.statusCode} and no WebSocket`))
}

/** The parsed body of a success; throws ApiError for a refusal, TransportError for what is no API answer at all. */
const answerOf = (transport: Transport, response: IncomingMessage, text: string): unknown => {
  const code = response.statusCode ?? 0
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (code < 400) {
      const message = `${transport.target} answered ${code} with a body that is not JSON`
      throw new TransportError('API_ANSWER_UNREADABLE', message, { cause: error })
    }
  }
  if (code < 400) return value
  const status = value as ApiError['status'] & { readonly kind?: string }
  if (status?.kind === 'Status') throw new ApiError(status)
  const message = text.trim().slice(0, 500) || `${transport.target} answered ${code}`
  throw new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    message,
  } as unknown as ApiError['status'])
}

/** A failure on the way to a server, as one. */
export const unreachable = (transport: Transport, error: unknown): TransportError =>
  error instanceof TransportError
    ? error
    : new TransportError(
        'API_UNREACHABLE',
        `${transport.target} cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      )
