import { own } from '#schema/own.ts'
import { failure } from '../../errors.ts'
import { isTrue } from './query.ts'

/** What a path and a method mean, before anyone looked whether such a resource exists. */
export type RequestInfo =
  | { readonly kind: 'path'; readonly path: string; readonly verb: string }
  | {
      readonly kind: 'resource'
      readonly path: string
      readonly verb: string
      readonly group: string
      readonly version: string
      readonly resource: string
      readonly namespace: string
      readonly name: string
      readonly subresource: string
    }

export type ResourceRequestInfo = Extract<RequestInfo, { kind: 'resource' }>

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
 * path.
 */
export const requestInfo = (method: string, path: string, query: URLSearchParams): RequestInfo => {
  const parts = decodeParts(path)
  const verb = own(VERBS, method) ?? method.toLowerCase()
  let group = ''
  let rest: string[]
  if (parts[0] === 'api' && parts.length >= 3) rest = parts.slice(1)
  else if (parts[0] === 'apis' && parts.length >= 4) {
    group = parts[1]!
    rest = parts.slice(2)
  } else return { kind: 'path', path, verb: method.toLowerCase() }
  const version = rest.shift()!
  let namespace = ''
  if (rest[0] === 'namespaces' && rest.length >= 2) {
    namespace = rest[1]!
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2]!)) rest = rest.slice(2)
  }
  const [resource, name = '', ...sub] = rest as [string, string?, ...string[]]
  return {
    kind: 'resource',
    path,
    verb: collectionVerb(verb, name, query),
    group,
    version,
    resource,
    namespace,
    name,
    // What is behind a proxy is the other side's path.
    subresource: sub[0] === 'proxy' ? sub[0] : sub.join('/'),
  }
}

const collectionVerb = (verb: string, name: string, query: URLSearchParams): string => {
  if (name) return verb
  if (verb === 'delete') return 'deletecollection'
  if (verb !== 'get') return verb
  return isTrue(query.get('watch')) ? 'watch' : 'list'
}

const decodeParts = (path: string): string[] => {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw failure(400, 'BadRequest', `the path ${path} is not valid percent-encoding`)
  }
}
