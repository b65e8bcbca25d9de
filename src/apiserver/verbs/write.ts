import type { Kind } from '#api/catalogue/kind.ts'
import type { Status } from '#api/meta/status.ts'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import { conflict } from '../errors.ts'
import { negotiateRead } from '../http/answer/convert.ts'
import { sendObject } from '../http/answer/respond.ts'
import { readObject, requireObject } from '../http/request/body.ts'
import type { Exchange } from '../http/request/exchange.ts'
import { integerOf } from '../http/request/list-options.ts'
import { negotiate } from '../http/request/negotiate.ts'
import { isTrue } from '../http/request/query.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { dryRunProblems, refuseOptions, writeOptions } from '../http/request/write-options.ts'
import { whenConverted } from '../registry/conversion-needed.ts'
import { type DeleteRequest, propagationProblems } from '../registry/deletion.ts'
import type { Registry } from '../registry/registry.ts'
import type { Remarks } from '../registry/remarks.ts'
import type { WriteRequest } from '../registry/request.ts'
import { listHead, selectionOf, sendRead } from './read.ts'

const expectedOf = (resource: Resource) => ({
  apiVersion: groupVersion(resource),
  kind: resource.kind,
  message: resource.message,
})

/**
 * Answers a request to a resource, or to one of its subresources; '' or none: to the object itself. `mayCreate` throws
 * where the caller may not create, for a write that makes what is not there.
 */
export type Verb = (
  exchange: Exchange,
  registry: Registry,
  resource: Resource,
  subresource?: string,
  mayCreate?: () => void,
) => Promise<true>

/** What the registry is to know of a request that writes. Throws ApiError 422. */
export const writeRequest = (exchange: Exchange, subresource = ''): WriteRequest => {
  const { namespace } = exchange.info as ResourceRequestInfo
  const { dryRun, manager } = writeOptions(exchange)
  return {
    caller: exchange.caller,
    namespace,
    dryRun,
    manager,
    remarks: remarksOf(exchange),
    sent: sentOptions(exchange.query),
    gone: () => whenGone(exchange),
    ...(subresource ? { subresource } : {}),
  }
}

/** What is remarkable goes into the answer, and into the audit log. */
export const remarksOf = (exchange: Exchange): Remarks => ({
  warn: (text) => exchange.warnings.push(text),
  annotate: (key, value) => exchange.audit?.annotate(key, value),
})

/** Aborted when the client has gone before its answer. */
const whenGone = ({ response }: Exchange): AbortSignal => {
  const gone = new AbortController()
  if (response.destroyed) gone.abort()
  else response.once('close', () => gone.abort())
  return gone.signal
}

/** What others who have a say in a write are told of its query. */
const sentOptions = (query: URLSearchParams): NonNullable<WriteRequest['sent']> => {
  const [fieldManager, fieldValidation] = [query.get('fieldManager'), query.get('fieldValidation')]
  return { ...(fieldManager ? { fieldManager } : {}), ...(fieldValidation ? { fieldValidation } : {}) }
}

/** The object that a request brings, and how it is to be written. What of it is only to be warned of goes into the answer. */
const readSent = async (exchange: Exchange, registry: Registry, resource: Resource, subresource = '') => {
  const request = writeRequest(exchange, subresource)
  const { validation } = writeOptions(exchange)
  const body = await requireObject(registry.machinery, exchange, expectedOf(resource), validation)
  exchange.warnings.push(...body.warnings)
  exchange.audit?.sent(body.object.metadata)
  return { object: body.object, request }
}

/** Answers with the object a write made, in whichever form the client reads. */
export const sendWritten = (
  exchange: Exchange,
  registry: Registry,
  resource: Resource,
  code: number,
  object: ApiObject,
): Promise<true> => {
  const wanted = negotiateRead(exchange.request.headers.accept, resource)
  return sendRead(exchange, registry, resource, wanted, object, code)
}

/** Answers POST: 201 with the object, or an ApiError of the registry’s. */
export const create: Verb = async (exchange, registry, resource) => {
  const sent = await readSent(exchange, registry, resource)
  const object = await registry.create(resource, sent.object, sent.request)
  exchange.warnings.push(...registry.machinery.warningsFor(resource, object, true))
  return sendWritten(exchange, registry, resource, 201, object)
}

/** Answers PUT of an object or one of its subresources: 200, or 201 where the kind is one that PUT may create. */
export const update: Verb = async (exchange, registry, resource, subresource = '', mayCreate = undefined) => {
  const { name } = exchange.info as ResourceRequestInfo
  const sent = await readSent(exchange, registry, resource, subresource)
  const request = { ...sent.request, ...(mayCreate && { mayCreate }) }
  const { object, created } = await registry.put(resource, name, sent.object, request)
  exchange.warnings.push(...registry.machinery.warningsFor(resource, object, created))
  return sendWritten(exchange, registry, resource, created ? 201 : 200, object)
}

/** What is said to who deletes such objects and leaves open what becomes of what they own. */
const deletionWarnings = ({ deletion }: Kind, options: DeleteRequest): readonly string[] =>
  deletion?.orphansWarning && options.propagationPolicy === undefined && options.orphanDependents === undefined
    ? [deletion.orphansWarning]
    : []

/** DeleteOptions of the body, or where there is none of the query. */
const deleteOptions = async (
  exchange: Exchange,
  registry: Registry,
): Promise<{ readonly options: DeleteRequest; readonly dryRun: boolean }> => {
  const { query } = exchange
  const message = registry.machinery.messageOf('v1', 'DeleteOptions')!
  const body = await readObject(
    registry.machinery,
    exchange,
    { apiVersion: 'v1', kind: 'DeleteOptions', message, anyVersion: true },
    'Ignore',
  )
  if (body) {
    const { dryRun = [], ...options } = body.object as ApiObject &
      DeleteRequest & { readonly dryRun?: readonly string[] }
    return checkedDeletion(options, [...dryRun, ...query.getAll('dryRun')])
  }
  const grace = integerOf(query, 'gracePeriodSeconds')
  const orphan = query.get('orphanDependents')
  const options = {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(query.get('propagationPolicy') ? { propagationPolicy: query.get('propagationPolicy')! } : {}),
    ...(orphan === null ? {} : { orphanDependents: isTrue(orphan) }),
  }
  return checkedDeletion(options, query.getAll('dryRun'))
}

const checkedDeletion = (options: DeleteRequest, dryRun: readonly string[]) => {
  refuseOptions('DeleteOptions', [...propagationProblems(options), ...dryRunProblems(dryRun)])
  return { options, dryRun: dryRun.length > 0 }
}

/**
 * Answers DELETE of one object: with the object where it stays for a while (finalizers, grace) or its kind says so, else
 * with a Status.
 */
export const remove: Verb = async (exchange, registry, resource) => {
  const { name } = exchange.info as ResourceRequestInfo
  const { options, dryRun } = await deleteOptions(exchange, registry)
  const kind = registry.machinery.catalogue.of(resource)
  const { answersDeleted } = kind
  const { object, gone } = await registry.delete(resource, name, { ...writeRequest(exchange), dryRun, options })
  exchange.warnings.push(...deletionWarnings(kind, options))
  if (!gone || answersDeleted) return sendWritten(exchange, registry, resource, 200, object)
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.plural,
      uid: object.metadata?.uid,
    },
  } as unknown as Status & ApiObject
  exchange.audit?.answered(status)
  return sendObject(
    exchange,
    registry.machinery,
    negotiate(exchange.request.headers.accept, () => false),
    200,
    status,
  )
}

/** Answers DELETE of a collection: all that the selectors choose, one after the other, and the list of them. */
export const removeCollection: Verb = async (exchange, registry, resource) => {
  const { namespace } = exchange.info as ResourceRequestInfo
  const { query } = exchange
  const { options, dryRun } = await deleteOptions(exchange, registry)
  if (options.preconditions?.uid) {
    throw conflict(resource, '', 'a uid precondition fits one object, not a collection')
  }
  const selection = selectionOf(registry, resource, namespace, {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
  })
  const { items, ...page } = await whenConverted(() => registry.list(resource, selection))
  const request = { ...writeRequest(exchange), dryRun, options }
  // All that are asked for at once are kept at once.
  const removals = items.map(({ metadata = {} }) => {
    const { name = '', namespace } = metadata
    const gone = registry.delete(resource, name, { ...request, ...(namespace ? { namespace } : {}), isOfMany: true })
    return gone.catch((error: unknown) => {
      // Somebody else was faster.
      if (!isNotFound(error)) throw error
    })
  })
  await Promise.all(removals)
  exchange.warnings.push(...deletionWarnings(registry.machinery.catalogue.of(resource), options))
  const all = { ...listHead(resource, page), items }
  const wanted = negotiate(exchange.request.headers.accept, () => false)
  return sendObject(exchange, registry.machinery, wanted, 200, all as unknown as ApiObject, resource.list)
}
