import { own } from '#schema/own.ts'
import { badRequest, failure } from '../../errors.ts'
import { isTrue } from './query.ts'

export interface ResourceRequestInfo {
  readonly kind: 'resource'
  /** Decoded, so that nobody who allows a path and nobody who answers it can read it differently. */
  readonly path: string
  /** Empty for a method that Kubernetes has no verb for. */
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly namespace: string
  /** Of the path, or where a collection is read the one that the field selector asks for. */
  readonly name: string
  readonly subresource: string
  /** Of the path, from the resource on. */
  readonly parts: readonly string[]
}

/** What a path and a method mean, before anyone looked whether such a resource exists. */
export type RequestInfo = { readonly kind: 'path'; readonly path: string; readonly verb: string } | ResourceRequestInfo

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** The namespace's own parts; any other word after `namespaces/NAME/` is a resource inside of it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/**
 * Reads `/api/v1/...` and `/apis/GROUP/VERSION/...` as upstream's RequestInfoFactory does; everything else is a plain
 * path. The path is taken apart after it is decoded: `a%2Fb` is two words. Throws ApiError 400 and 500.
 */
export const requestInfo = (method: string, written: string, query: URLSearchParams): RequestInfo => {
  const path = decoded(written)
  const parts = wordsOf(path)
  const isCore = parts[0] === 'api'
  if (!(isCore && parts.length >= 3) && !(parts[0] === 'apis' && parts.length >= 4))
    return { kind: 'path', path, verb: method.toLowerCase() }
  const [group = '', version = ''] = isCore ? ['', parts[1]] : [parts[1], parts[2]]
  let rest = parts.slice(isCore ? 2 : 3)
  let verb = own(VERBS, method) ?? ''
  // Deprecated, and still there: `/api/v1/watch/pods`.
  if (rest[0] === 'watch' || rest[0] === 'proxy') {
    if (rest.length < 2) throw failure(500, 'InternalError', `unable to determine kind and namespace from url, ${path}`)
    verb = rest[0]
    rest = rest.slice(1)
  }
  let namespace = ''
  if (rest[0] === 'namespaces' && rest.length >= 2) {
    namespace = rest[1]!
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2]!)) rest = rest.slice(2)
  }
  const [resource = '', name = '', third = ''] = rest
  const found = { path, group, version, resource, namespace, parts: rest }
  const subresource = verb === 'proxy' ? '' : third
  if (name || (verb !== 'get' && verb !== 'delete')) return { kind: 'resource', ...found, verb, name, subresource }
  if (verb === 'delete') return { kind: 'resource', ...found, verb: 'deletecollection', name, subresource }
  const read = isTrue(query.get('watch')) ? 'watch' : 'list'
  return { kind: 'resource', ...found, verb: read, name: selectedName(query), subresource }
}

/** The one name that a field selector allows: whoever may read that object alone may list and watch it. */
const selectedName = (query: URLSearchParams): string => {
  const selector = query.get('fieldSelector') ?? ''
  // An escaped comma ends no requirement: who writes one is taken to ask for all.
  if (selector.includes('\\')) return ''
  return /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(selector)?.[1] ?? ''
}

/** The words between slashes, without those around them; an empty one in between stays one. */
export const wordsOf = (path: string): string[] => {
  let [start, end] = [0, path.length]
  while (path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return start === end ? [] : path.slice(start, end).split('/')
}

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    throw badRequest(`the path ${path} is not valid percent-encoding`)
  }
}
