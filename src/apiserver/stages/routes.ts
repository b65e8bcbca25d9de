import type { Kind } from '#api/catalogue/kind.ts'
import { own } from '#schema/own.ts'
import { badRequest, methodNotAllowed, noSuchResource, notFound, PathNotFound, verbNotSupported } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import { type ResourceRequestInfo, wordsOf } from '../http/request/request-info.ts'
import { checkAccept, checkPatchType, MEDIA_TYPES, STREAM_TYPES } from '../http/request/route-media.ts'
import type { ServerContext } from '../server-context.ts'
import { findKind } from './resources.ts'

/** By the method, what it does to a collection, and to an object or a part of one. */
const COLLECTION: Readonly<Record<string, string>> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' }
const OBJECT: Readonly<Record<string, string>> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
const PART: Readonly<Record<string, string>> = { ...OBJECT, POST: 'create' }

/** What a path leads to: the methods that it has, each with the media types that it answers with. */
interface Route {
  readonly methods: readonly string[]
  readonly produces: readonly string[]
}

const methodsOf = (words: Readonly<Record<string, string>>, verbs: readonly string[]): readonly string[] =>
  Object.keys(words).filter((method) => verbs.includes(words[method]!))

/** The path's own words: without `namespaces/NAME` in front. */
const routeOf = (kind: Kind, info: ResourceRequestInfo, words: readonly string[]): Route | undefined => {
  const { resource, verbs, subresources } = kind
  const isWatched = words[0] === 'watch'
  const path = isWatched ? words.slice(1) : words
  const isInside = path.length > info.parts.length
  if (isInside && (!resource.namespaced || path[0] !== 'namespaces')) return undefined
  const [, name, part] = info.parts
  const all = [...MEDIA_TYPES, ...STREAM_TYPES]
  if (name === undefined) {
    if (isWatched) return { methods: ['GET'], produces: all }
    const given = resource.namespaced && !isInside ? ['list'] : verbs
    return { methods: methodsOf(COLLECTION, given), produces: all }
  }
  // An object of a namespace is nowhere else.
  if (resource.namespaced !== isInside) return undefined
  if (isWatched) return part === undefined ? { methods: ['GET'], produces: all } : undefined
  if (part === undefined) return { methods: methodsOf(OBJECT, verbs), produces: MEDIA_TYPES }
  const found = own(subresources, part)
  if (found === undefined || (info.parts.length > 3 && found.connection?.hasPaths !== true)) return undefined
  if (found.connection) {
    return { methods: found.connection.methods.map((method) => method.toUpperCase()), produces: ['*/*'] }
  }
  return { methods: methodsOf(PART, found.verbs), produces: found.text ? ['text/plain', ...MEDIA_TYPES] : MEDIA_TYPES }
}

/**
 * Refuses what leads nowhere, in the order and the words of the router that Kubernetes has: a path that no resource has
 * (404), a method that the path has not (405), a body in a form that it does not read (415), an answer in a form that it
 * does not write (406). Answers nothing itself.
 */
export const routes =
  (server: ServerContext): Stage =>
  ({ info, request }) => {
    if (info.kind !== 'resource') return false
    const { group, version } = info
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    const isServed = server.catalogue.resources.some(
      (resource) => resource.group === group && resource.version === version,
    )
    const review = server.reviews.find((one) => one.group === group && one.version === version)
    // One slash in front, and one between the words of the root.
    if (!(isServed || review) || !info.path.startsWith(`${root}/`)) throw new PathNotFound(info.path)
    const words = wordsOf(info.path).slice(group === '' ? 2 : 3)
    const kind = findKind(server, info)
    if (kind?.resource.message.open) return customRoute(kind, info)
    const route = kind ? routeOf(kind, info, words) : reviewRoute(server, info, words)
    if (!route) throw noSuchResource()
    if (!route.methods.includes(request.method!)) throw methodNotAllowed()
    // What is connected to reads and writes what it likes.
    if (!route.produces.includes('*/*')) checkPatchType(request)
    checkAccept(request, route.produces)
    checkNames(info, kind)
    return false
  }

/** Verbs that reach the objects of all namespaces together. */
const EVERYWHERE = ['list', 'watch']

/** The same for custom resources, which stand behind no such router. */
const customRoute = ({ resource, subresources }: Kind, info: ResourceRequestInfo): false => {
  const { name, namespace, subresource, verb } = info
  if (resource.namespaced ? namespace === '' && !EVERYWHERE.includes(verb) : namespace !== '')
    throw new PathNotFound(info.path)
  if (subresource) {
    const part = own(subresources, subresource)
    if (part === undefined) throw notFound(resource, name)
    if (!part.verbs.includes(verb)) throw verbNotSupported(resource, verb)
  } else if (name === '' && ['update', 'patch', 'delete'].includes(verb)) throw badRequest('name must be provided')
  return false
}

/** Refuses what no object can be called. */
const checkNames = ({ parts, namespace }: ResourceRequestInfo, kind: Kind | undefined): void => {
  const [, name] = parts
  if (name === undefined) return
  if (name === '') throw badRequest('name must be provided')
  if (kind?.resource.namespaced && namespace === '') throw badRequest('Namespace parameter required.')
  const faults = [
    ...(name === '.' || name === '..' ? [`may not be '${name}'`] : []),
    ...(name.includes('%') ? ["may not contain '%'"] : []),
  ]
  if (faults.length > 0) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${faults.join(';')}`)
}

const reviewRoute = (server: ServerContext, info: ResourceRequestInfo, words: readonly string[]): Route | undefined => {
  const review = server.reviews.find(
    ({ group, version, plural }) => group === info.group && version === info.version && plural === info.resource,
  )
  if (!review || info.parts.length > 1) return undefined
  return review.namespaced === words.length > 1 ? { methods: ['POST'], produces: MEDIA_TYPES } : undefined
}
