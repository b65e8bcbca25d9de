import type { ApiObject, Resource } from '#api/resource.ts'
import { groupVersion } from '#api/resource.ts'
import { badRequest } from '../errors.ts'
import { partialOf, servesConversion, tableOf } from '../http/answer/convert.ts'
import { listJson } from '../http/answer/encode.ts'
import { sendBytes, sendObject, sendText } from '../http/answer/respond.ts'
import type { Exchange } from '../http/request/exchange.ts'
import { negotiate } from '../http/request/negotiate.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { Registry } from '../registry/registry.ts'
import type { ListRequest, Selection } from '../storage/list.ts'

/** The selection that a query's selectors and the path's namespace mean. */
export const selectionOf = (
  registry: Registry,
  resource: Resource,
  namespace: string,
  selectors: { readonly labelSelector?: string | null; readonly fieldSelector?: string | null },
): Selection => {
  const { machinery } = registry
  const byLabel = selectors.labelSelector ? machinery.labelSelector(selectors.labelSelector) : undefined
  const byField = selectors.fieldSelector ? machinery.fieldSelector(resource, selectors.fieldSelector) : undefined
  const matches = byLabel && byField ? (object: ApiObject) => byLabel(object) && byField(object) : (byLabel ?? byField)
  return {
    ...(namespace && resource.namespaced ? { namespace } : {}),
    ...(matches ? { matches } : {}),
  }
}

/** A whole number of the query, or undefined; 400 names the parameter. */
export const numberOf = (query: URLSearchParams, name: string): number | undefined => {
  const value = integerOf(query, name)
  if (value !== undefined && value < 0) throw badRequest(`the query parameter ${name} must not be negative: ${value}`)
  return value
}

/** The same for one that may be negative. */
export const integerOf = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw badRequest(`the query parameter ${name} must be a whole number, not ${JSON.stringify(text)}`)
  return value
}

/** Answers GET of one object: itself, a Table or its metadata, as the client accepts. Throws ApiError 404. */
export const get = async (exchange: Exchange, registry: Registry, resource: Resource): Promise<true> => {
  const info = exchange.info as ResourceRequestInfo
  const wanted = negotiate(exchange.request.headers.accept, servesConversion)
  const object = registry.get(resource, info.namespace, info.name)
  if (wanted.as?.kind === 'Table') {
    const { resourceVersion } = object.metadata ?? {}
    const table = tableOf(tableRequest(exchange, registry, resource, wanted.as.version), { resourceVersion }, [object])
    return sendObject(exchange, registry.machinery, wanted, 200, table)
  }
  if (wanted.as?.kind === 'PartialObjectMetadata') {
    return sendObject(exchange, registry.machinery, wanted, 200, partialOf(object))
  }
  return sendObject(exchange, registry.machinery, wanted, 200, object, resource.message)
}

const tableRequest = (exchange: Exchange, registry: Registry, resource: Resource, version: string) => ({
  kind: registry.machinery.catalogue.of(resource),
  version,
  includeObject: exchange.query.get('includeObject') ?? 'Metadata',
  now: registry.now(),
})

/**
 * Answers GET of a collection: a List, a Table or the metadata, by selectors and page. Throws ApiError 400, 410 for a
 * continue token that is too old, 504 for a resourceVersion still to come.
 */
export const list = async (exchange: Exchange, registry: Registry, resource: Resource): Promise<true> => {
  const info = exchange.info as ResourceRequestInfo
  const { query } = exchange
  const wanted = negotiate(exchange.request.headers.accept, servesConversion)
  const selection = selectionOf(registry, resource, info.namespace, {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
  })
  const limit = numberOf(query, 'limit')
  const request: ListRequest = {
    ...(query.get('resourceVersion') ? { resourceVersion: query.get('resourceVersion')! } : {}),
    ...(query.get('resourceVersionMatch') ? { resourceVersionMatch: query.get('resourceVersionMatch')! } : {}),
    ...(limit ? { limit } : {}),
    ...(query.get('continue') ? { continue: query.get('continue')! } : {}),
  }
  const { items, ...page } = registry.list(resource, selection, request)
  if (wanted.as?.kind === 'Table') {
    const table = tableOf(tableRequest(exchange, registry, resource, wanted.as.version), page, items)
    return sendObject(exchange, registry.machinery, wanted, 200, table)
  }
  if (wanted.as) {
    const head = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: page }
    const partials = items.map(partialOf)
    if (wanted.encoding === 'protobuf') {
      return sendObject(exchange, registry.machinery, wanted, 200, { ...head, items: partials } as unknown as ApiObject)
    }
    // Unlike a typed list's, these items carry their kind.
    return sendText(exchange, wanted, 200, JSON.stringify({ ...head, items: partials }))
  }
  const head = { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata: page }
  if (wanted.encoding === 'protobuf') {
    const whole = { ...head, items } as unknown as ApiObject
    return sendBytes(exchange, 200, wanted.contentType, registry.machinery.encodeProtobuf(resource.list, whole))
  }
  return sendText(exchange, wanted, 200, listJson(head, items, resource.message))
}
