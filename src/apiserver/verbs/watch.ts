import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { notAcceptable } from '../errors.ts'
import { negotiateRead, partialOf, tableOf } from '../http/answer/convert.ts'
import { passingLine, watchFrame, watchLine } from '../http/answer/encode.ts'
import { EventStream } from '../http/answer/event-stream.ts'
import { warningHeaders } from '../http/answer/warning.ts'
import type { Exchange } from '../http/request/exchange.ts'
import { type ListOptions, listOptions } from '../http/request/list-options.ts'
import type { Wanted } from '../http/request/negotiate.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { STREAM_TYPES } from '../http/request/route-media.ts'
import { whenConverted } from '../registry/conversion-needed.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServerContext } from '../server-context.ts'
import type { StoredEvent, Watch } from '../storage/reading/watch.ts'
import { selectionOf, tableRequest } from './read.ts'

const BOOKMARK_INTERVAL = 60_000
/** So long before the end of a watch its client is told where to go on. */
const BEFORE_END = 2000
/**
 * As upstream's --min-request-timeout: half an hour to an hour, spread so that clients do not all come back together.
 */
const SHORTEST_TIMEOUT = 1800
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** What ends streams, beside their clients. */
type StreamLife = Pick<ServerContext, 'after' | 'signal'>

/**
 * Streams events until the client goes, the timeout comes, or the `signal` aborts (the server closes). Answers at once and
 * returns true. A resourceVersion that is too old, or still to come where all is to be sent, is told in the stream.
 */
export const watch = async (
  exchange: Exchange,
  registry: Registry,
  resource: Resource,
  life: StreamLife,
): Promise<true> => {
  const wanted = negotiateStream(exchange.request.headers.accept, resource)
  const options = listOptions(exchange.query, true)
  const encoder = eventEncoder(exchange, registry, resource, wanted)
  let stream: EventStream | undefined
  const opened = await whenConverted(() => open(exchange, registry, resource, options, () => stream?.pump()))
  sendHead(exchange, wanted)
  if (opened instanceof ApiError) {
    exchange.response.end(encoder.error(opened))
    return true
  }
  const { allowWatchBookmarks } = options
  stream = new EventStream({
    response: exchange.response,
    watch: opened,
    revision: () => registry.revision,
    encode: (event) => (event.type === 'BOOKMARK' && !allowWatchBookmarks ? undefined : encoder.event(event)),
    encodeError: encoder.error,
    report: exchange.report,
  })
  keepTime(exchange, stream, options, life)
  return true
}

/** YAML has no stream. */
const negotiateStream = (accept: string | undefined, resource: Resource): Wanted => {
  const wanted = negotiateRead(accept, resource)
  if (wanted.encoding === 'yaml') throw notAcceptable(STREAM_TYPES)
  return wanted
}

/** The watch, or what its stream has to say in its place. */
const open = (
  exchange: Exchange,
  registry: Registry,
  resource: Resource,
  options: ListOptions,
  onReady: () => void,
): Watch | ApiError => {
  const info = exchange.info as ResourceRequestInfo
  // Of a path with a name. One that the selector asked for already changes nothing.
  const fieldSelector = [options.fieldSelector, info.name ? `metadata.name=${info.name}` : ''].filter(Boolean).join(',')
  const selection = selectionOf(registry, resource, info.namespace, { ...options, fieldSelector })
  const { resourceVersion, sendInitialEvents, allowWatchBookmarks } = options
  const request = {
    resourceVersion,
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    marked: allowWatchBookmarks,
  }
  try {
    return registry.watch(resource, selection, request, onReady)
  } catch (error) {
    if (error instanceof ApiError && (error.status.code === 410 || error.status.code === 504)) return error
    throw error
  }
}

const sendHead = ({ response, warnings }: Exchange, wanted: Wanted): void => {
  response.statusCode = 200
  const isProtobuf = wanted.encoding === 'protobuf'
  response.setHeader('Content-Type', isProtobuf ? `${wanted.contentType};stream=watch` : wanted.contentType)
  response.setHeader('Cache-Control', 'no-cache, private')
  if (warnings.length > 0) response.setHeader('Warning', warningHeaders(warnings))
  response.flushHeaders()
}

/** Ends the stream when its time is over, and writes bookmarks until then. */
const keepTime = (
  { response }: Exchange,
  stream: EventStream,
  { timeoutSeconds, allowWatchBookmarks }: ListOptions,
  { after, signal }: StreamLife,
): void => {
  const milliseconds = 1000 * (timeoutSeconds || SHORTEST_TIMEOUT * (1 + Math.random()))
  const cancels = new Set<() => void>()
  const end = (): void => {
    for (const cancel of cancels) cancel()
    signal.removeEventListener('abort', end)
    stream.end()
  }
  const bookmarkNow = (): void => stream.bookmark()
  const bookmarkLater = (): void => {
    const cancel = after(BOOKMARK_INTERVAL, () => {
      cancels.delete(cancel)
      bookmarkNow()
      bookmarkLater()
    })
    cancels.add(cancel)
  }
  cancels.add(after(milliseconds, end))
  if (allowWatchBookmarks) {
    bookmarkLater()
    if (milliseconds > BEFORE_END) cancels.add(after(milliseconds - BEFORE_END, bookmarkNow))
  }
  signal.addEventListener('abort', end)
  response.on('close', end)
}

interface EventEncoder {
  event(event: StoredEvent): Uint8Array
  error(refusal: ApiError): Uint8Array
}

/** The events of one watch as bytes, in the form that was negotiated. */
const eventEncoder = (exchange: Exchange, registry: Registry, resource: Resource, wanted: Wanted): EventEncoder => {
  const { machinery } = registry
  const { as } = wanted
  const table = as?.kind === 'Table' ? tableRequest(exchange, registry, resource, as.version) : undefined
  let columns = true
  const convert = (object: ApiObject, isMarked = false): ApiObject => {
    if (!as) return object
    if (!table) return partialOf(object, as.version)
    const metadata = { resourceVersion: object.metadata?.resourceVersion }
    // What marks the end of the initial events is metadata, which no client may miss.
    const includeObject = isMarked && table.includeObject === 'None' ? 'Metadata' : table.includeObject
    const made = tableOf({ ...table, includeObject, now: registry.now() }, metadata, [object], columns)
    columns = false
    return made
  }
  const encode = (type: string, object: ApiObject): Uint8Array => {
    // A Table is made for one watcher and says how old things are: nobody asks for the same again.
    if (table && type !== 'ERROR') return passingLine(type, object)
    const own = as || type === 'ERROR' ? machinery.messageOf(object.apiVersion, object.kind) : undefined
    const message = own ?? resource.message
    return wanted.encoding === 'protobuf'
      ? watchFrame(machinery, message, type, object)
      : watchLine(type, object, message)
  }
  const bookmark = (revision: number, initial: boolean): ApiObject => ({
    kind: resource.kind,
    apiVersion: groupVersion(resource),
    metadata: {
      resourceVersion: String(revision),
      ...(initial ? { annotations: { [INITIAL_EVENTS_END]: 'true' } } : {}),
    },
  })
  return {
    event: (event) =>
      event.type === 'BOOKMARK'
        ? encode('BOOKMARK', convert(bookmark(event.revision, event.initial), event.initial))
        : encode(event.type, convert(event.object)),
    error: (refusal) => encode('ERROR', refusal.status as unknown as ApiObject),
  }
}
