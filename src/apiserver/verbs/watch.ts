import type { ApiObject, Resource } from '#api/resource.ts'
import { groupVersion } from '#api/resource.ts'
import { failure } from '../errors.ts'
import { partialOf, servesConversion, tableOf } from '../http/convert.ts'
import { watchLine } from '../http/encode.ts'
import type { Exchange } from '../http/exchange.ts'
import { negotiate } from '../http/negotiate.ts'
import { isTrue } from '../http/query.ts'
import type { ResourceRequestInfo } from '../http/request-info.ts'
import { protobufOf } from '../http/respond.ts'
import { warningHeaders } from '../http/warning.ts'
import type { Registry } from '../registry/registry.ts'
import { parseRevision } from '../storage/list.ts'
import { openWatch, type StoredEvent } from '../storage/watch.ts'
import { numberOf, selectionOf } from './read.ts'

const BOOKMARK_INTERVAL = 60_000
/**
 * As upstream's --min-request-timeout: half an hour to an hour, spread so that clients do not all come back together.
 */
const SHORTEST_TIMEOUT = 1800
/** A client that reads this slowly is cut off, and lists again. */
const BACKLOG_LIMIT = 32 * 1024 * 1024
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/**
 * Streams events until the client goes, the timeout comes, or `signal` aborts (the server closes). Answers at once and
 * returns true.
 */
export const watch = (exchange: Exchange, registry: Registry, resource: Resource, signal: AbortSignal): true => {
  const { query, response, request } = exchange
  const info = exchange.info as ResourceRequestInfo
  const { machinery } = registry
  const wanted = negotiate(request.headers.accept, servesConversion, ['json', 'protobuf'])
  const collection = registry.store.collection(resource)
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
  const protobuf = wanted.encoding === 'protobuf'
  let columns = true
  const convert = (object: ApiObject): ApiObject => {
    if (!wanted.as) return object
    if (wanted.as.kind !== 'Table') return partialOf(object)
    const table = tableOf(
      {
        resource,
        version: wanted.as.version,
        includeObject: query.get('includeObject') ?? 'Metadata',
        now: registry.now(),
      },
      { resourceVersion: object.metadata?.resourceVersion },
      [object],
      columns,
    )
    columns = false
    return table
  }
  const encode = (type: string, object: ApiObject): string | Uint8Array => {
    if (!protobuf) return watchLine(type, object)
    const message = wanted.as ? machinery.messageOf(object.apiVersion, object.kind) : resource.message
    return machinery.encodeWatchFrame(type, protobufOf(machinery, message!, object))
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
  const send = (events: readonly StoredEvent[]): void => {
    if (response.destroyed) return
    if (response.writableLength > BACKLOG_LIMIT) {
      response.destroy()
      return
    }
    response.cork()
    for (const event of events) {
      if (event.type !== 'BOOKMARK') response.write(encode(event.type, convert(event.object)))
      else if (bookmarks) response.write(encode('BOOKMARK', bookmark(event.revision, event.initial)))
    }
    response.uncork()
  }
  const revision = parseRevision(query.get('resourceVersion') ?? undefined)
  const stop = openWatch(
    collection,
    selection,
    {
      ...(revision !== undefined ? { revision } : {}),
      ...(sendInitialEvents !== undefined ? { sendInitialEvents } : {}),
    },
    send,
  )
  response.statusCode = 200
  response.setHeader('Content-Type', protobuf ? `${wanted.contentType};stream=watch` : wanted.contentType)
  response.setHeader('Cache-Control', 'no-cache, private')
  if (exchange.warnings.length > 0) response.setHeader('Warning', warningHeaders(exchange.warnings))
  response.flushHeaders()

  const beat = (): void => {
    // After the events of the same turn, so that a bookmark never overtakes what it stands for.
    setImmediate(() => setImmediate(() => send([{ type: 'BOOKMARK', revision: collection.revision, initial: false }])))
  }
  const interval = bookmarks ? setInterval(beat, BOOKMARK_INTERVAL) : undefined
  const seconds = numberOf(query, 'timeoutSeconds') || SHORTEST_TIMEOUT * (1 + Math.random())
  const end = (): void => {
    clearInterval(interval)
    clearTimeout(timeout)
    signal.removeEventListener('abort', end)
    stop()
    response.end()
  }
  const timeout = setTimeout(end, Math.min(seconds * 1000, 2 ** 31 - 1))
  signal.addEventListener('abort', end)
  response.on('close', end)
  return true
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
