import type { ApiObject, Resource } from '#api/resource.ts'
import { groupVersion } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import { badRequest, failure } from '../errors.ts'
import { goPackage } from '../go-package.ts'
import { isIncluded, negotiateRead, partialOf, tableOf } from '../http/answer/convert.ts'
import { listPieces, protobufPieces } from '../http/answer/encode.ts'
import { sendObject, sendProtobufPieces, sendText, sendTextPieces } from '../http/answer/respond.ts'
import type { Exchange } from '../http/request/exchange.ts'
import { listOptions } from '../http/request/list-options.ts'
import type { Wanted } from '../http/request/negotiate.ts'
import { isTrue } from '../http/request/query.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { whenConverted } from '../registry/conversion-needed.ts'
import type { Registry } from '../registry/registry.ts'
import type { ListPage, Selection } from '../storage/reading/list.ts'

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

/** Says that what was asked for is of the other form. */
const wrongForm = (asked: string, what: string, { kind, ...resource }: Resource, suffix = ''): ApiError =>
  failure(
    406,
    'NotAcceptable',
    `you requested ${asked}, but the requested object is ${what} (*${goPackage(resource.group)}.${kind}${suffix})`,
  )

/** Answers GET of one object: itself, a Table or its metadata, as the client accepts. Throws ApiError 404. */
export const get = async (exchange: Exchange, registry: Registry, resource: Resource): Promise<true> => {
  const info = exchange.info as ResourceRequestInfo
  const { query } = exchange
  const wanted = negotiateRead(exchange.request.headers.accept, resource)
  if (isTrue(query.get('export')))
    throw badRequest('the export parameter, deprecated since v1.14, is no longer supported')
  registry.checkReached(query.get('resourceVersion') ?? undefined)
  const object = await whenConverted(() => registry.get(resource, info.namespace, info.name))
  return sendRead(exchange, registry, resource, wanted, object)
}

/** Sends an object in the form that was negotiated. */
export const sendRead = (
  exchange: Exchange,
  registry: Registry,
  resource: Resource,
  wanted: Wanted,
  object: ApiObject,
  code = 200,
): Promise<true> => {
  const { machinery } = registry
  if (!wanted.as) return sendObject(exchange, machinery, wanted, code, object, resource.message)
  const { kind, version } = wanted.as
  if (kind === 'Table') {
    const { resourceVersion } = object.metadata ?? {}
    const table = tableOf(tableRequest(exchange, registry, resource, version), { resourceVersion }, [object])
    return sendObject(exchange, machinery, wanted, code, table)
  }
  if (kind !== 'PartialObjectMetadata') throw wrongForm(kind, 'not a list', resource)
  return sendObject(exchange, machinery, wanted, code, partialOf(object, version))
}

/** What a Table is to show. Throws ApiError 400. */
export const tableRequest = (exchange: Exchange, registry: Registry, resource: Resource, version: string) => {
  const includeObject = exchange.query.get('includeObject') || 'Metadata'
  if (!isIncluded(includeObject)) {
    const shown = JSON.stringify(includeObject)
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${shown}: must be 'Metadata', 'Object', 'None', or empty`,
    )
  }
  return { kind: registry.machinery.catalogue.of(resource), version, includeObject, now: registry.now() }
}

/**
 * Answers GET of a collection: a List, a Table or the metadata, by selectors and page. Throws ApiError 400, 410 for a
 * continue token that is too old, 504 for a resourceVersion still to come.
 */
export const list = async (exchange: Exchange, registry: Registry, resource: Resource): Promise<true> => {
  const { namespace } = exchange.info as ResourceRequestInfo
  const wanted = negotiateRead(exchange.request.headers.accept, resource)
  const options = listOptions(exchange.query, false)
  const selection = selectionOf(registry, resource, namespace, options)
  const { items, ...page } = await whenConverted(() => registry.list(resource, selection, options))
  return sendList(exchange, registry, resource, wanted, items, page)
}

/** Of what is not stored nothing is said. */
type ListPosition = Partial<Omit<ListPage, 'items'>>

/** What a list begins with. Of custom resources it says also that it ends. */
export const listHead = ({ list, message, ...resource }: Resource, page: ListPosition) => ({
  kind: list.gvk![1],
  apiVersion: groupVersion(resource),
  metadata: message.open ? { continue: '', ...page } : page,
})

/** Sends objects as a list, in the form that was negotiated. */
export const sendList = async (
  exchange: Exchange,
  registry: Registry,
  resource: Resource,
  wanted: Wanted,
  items: readonly ApiObject[],
  page: ListPosition,
): Promise<true> => {
  const { machinery } = registry
  if (wanted.as?.kind === 'Table') {
    const table = tableOf(tableRequest(exchange, registry, resource, wanted.as.version), page, items)
    return sendObject(exchange, machinery, wanted, 200, table)
  }
  if (wanted.as) {
    const { kind, version } = wanted.as
    if (kind === 'PartialObjectMetadata') throw wrongForm(kind, 'a list', resource, 'List')
    const head = { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata: page }
    const partials = items.map((item) => partialOf(item, version))
    if (wanted.encoding === 'protobuf') {
      return sendObject(exchange, machinery, wanted, 200, { ...head, items: partials } as unknown as ApiObject)
    }
    // Unlike a typed list's, these items carry their kind.
    return sendText(exchange, wanted, 200, JSON.stringify({ ...head, items: partials }))
  }
  const head = listHead(resource, page)
  if (wanted.encoding === 'protobuf')
    return sendProtobufPieces(exchange, wanted, await protobufPieces(head, items, resource.list))
  return sendTextPieces(exchange, wanted, listPieces(head, items, resource.message))
}
