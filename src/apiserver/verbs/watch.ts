import type { ApiObject, Resource } from '#api/resource.ts'
import { groupVersion } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import { failure } from '../errors.ts'
import { partialOf, servesConversion, tableOf } from '../http/answer/convert.ts'
import { passingLine, watchFrame, watchLine } from '../http/answer/encode.ts'
import { EventStream } from '../http/answer/event-stream.ts'
import { warningHeaders } from '../http/answer/warning.ts'
import type { Exchange } from '../http/request/exchange.ts'
import { negotiate, type Wanted } from '../http/request/negotiate.ts'
import { isTrue } from '../http/request/query.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { Registry } from '../registry/registry.ts'
import type { StoredEvent } from '../storage/watch.ts'
import { numberOf, selectionOf } from './read.ts'

const BOOKMARK_INTERVAL = 60_000
/**
 * As upstream's --min-request-timeout: half an hour to an hour, spread so that clients do not all come back together.
 */
const SHORTEST_TIMEOUT = 1800
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/**
 * Streams events until the client goes, the timeout comes, or `signal` aborts (the server closes). Answers at once and
 * returns true.
 */
export const watch = (exchange: Exchange, registry: Registry, resource: Resource, signal: AbortSignal): true => {
  const { query, response, request } = exchange
  const info = exchange.info as ResourceRequestInfo
  const wanted = negotiate(request.headers.accept, servesConversion, ['json', 'protobuf'])
  const sendInitialEvents = initialEvents(query)
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  if (sendInitialEvents && !bookmarks) {
    throw failure(
      422,
      'Invalid',
      'ListOptions.meta.k8s.io "" is invalid: allowWatchBookmarks: Forbidden: sendInitialEvents requires setting allowWatchBookmarks to true',
    )
  }
  const fieldSelector = [query.get('fieldSelector'), info.name ? `metadata.name=${info.name}` : ''].filter(Boolean)
  const selection = selectionOf(registry, resource, info.namespace, {
    labelSelector: query.get('labelSelector'),
    fieldSelector: fieldSelector.join(','),
  })
  const seconds = numberOf(query, 'timeoutSeconds') || SHORTEST_TIMEOUT * (1 + Math.random())
  const watched = registry.watch(
    resource,
    selection,
    {
      ...(query.get('resourceVersion') ? { resourceVersion: query.get('resourceVersion')! } : {}),
      ...(sendInitialEvents !== undefined ? { sendInitialEvents } : {}),
    },
    () => stream.pump(),
  )
  const encoder = eventEncoder(exchange, registry, resource, wanted)
  const stream = new EventStream({
    response,
    watch: watched,
    revision: () => registry.revision,
    encode: (event) => (event.type === 'BOOKMARK' && !bookmarks ? undefined : encoder.event(event)),
    encodeError: encoder.error,
    report: exchange.report,
  })
  const interval = bookmarks ? setInterval(() => stream.bookmark(), BOOKMARK_INTERVAL) : undefined
  const end = (): void => {
    clearInterval(interval)
    clearTimeout(timeout)
    signal.removeEventListener('abort', end)
    stream.end()
  }
  const timeout = setTimeout(end, Math.min(seconds * 1000, 2 ** 31 - 1))
  signal.addEventListener('abort', end)
  response.on('close', end)
  response.statusCode = 200
  const protobuf = wanted.encoding === 'protobuf'
  response.setHeader('Content-Type', protobuf ? `${wanted.contentType};stream=watch` : wanted.contentType)
  response.setHeader('Cache-Control', 'no-cache, private')
  if (exchange.warnings.length > 0) response.setHeader('Warning', warningHeaders(exchange.warnings))
  response.flushHeaders()
  return true
}

interface EventEncoder {
  event(event: StoredEvent): Uint8Array
  error(refusal: ApiError): Uint8Array
}

/** The events of one watch as bytes, in the form that was negotiated. */
const eventEncoder = (exchange: Exchange, registry: Registry, resource: Resource, wanted: Wanted): EventEncoder => {
  const { machinery } = registry
  const kind = machinery.catalogue.of(resource)
  let columns = true
  const convert = (object: ApiObject): ApiObject => {
    if (!wanted.as) return object
    if (wanted.as.kind !== 'Table') return partialOf(object)
    const table = tableOf(
      {
        kind,
        version: wanted.as.version,
        includeObject: exchange.query.get('includeObject') ?? 'Metadata',
        now: registry.now(),
      },
      { resourceVersion: object.metadata?.resourceVersion },
      [object],
      columns,
    )
    columns = false
    return table
  }
  const encode = (type: string, object: ApiObject): Uint8Array => {
    // A Table is made for one watcher and says how old things are: nobody asks for the same again.
    if (wanted.as?.kind === 'Table') return passingLine(type, object)
    const own = wanted.as || type === 'ERROR' ? machinery.messageOf(object.apiVersion, object.kind) : undefined
    const message = own ?? resource.message
    return wanted.encoding === 'protobuf'
      ? watchFrame(machinery, message, type, object)
      : watchLine(type, object, message)
  }
  const bookmark = (revision: number, initial: boolean): ApiObject => {
    const plain = {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      metadata: {
        resourceVersion: String(revision),
        ...(initial ? { annotations: { [INITIAL_EVENTS_END]: 'true' } } : {}),
      },
    }
    if (!wanted.as) return plain
    if (wanted.as.kind !== 'Table') return partialOf(plain)
    const table = { kind: 'Table', apiVersion: `meta.k8s.io/${wanted.as.version}`, metadata: plain.metadata }
    return { ...table, columnDefinitions: [], rows: [] } as unknown as ApiObject
  }
  return {
    event: (event) =>
      event.type === 'BOOKMARK'
        ? encode('BOOKMARK', bookmark(event.revision, event.initial))
        : encode(event.type, convert(event.object)),
    error: (refusal) => encode('ERROR', refusal.status as unknown as ApiObject),
  }
}

const initialEvents = (query: URLSearchParams): boolean | undefined => {
  const value = query.get('sendInitialEvents')
  const match = query.get('resourceVersionMatch')
  if (value === null) {
    if (match) {
      throw failure(
        422,
        'Invalid',
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      )
    }
    return undefined
  }
  if (match !== 'NotOlderThan') {
    throw failure(
      422,
      'Invalid',
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    )
  }
  return isTrue(value)
}
