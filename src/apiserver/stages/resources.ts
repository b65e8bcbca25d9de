import type { Resource } from '#api/resource.ts'
import { deprecationWarnings } from '#api/strategy/warnings.ts'
import { verbsOf } from '../discovery/discovery.ts'
import { methodNotAllowed, noSuchResource, PathNotFound } from '../errors.ts'
import type { Exchange, Stage } from '../http/exchange.ts'
import type { ResourceRequestInfo } from '../http/request-info.ts'
import type { ServerContext } from '../server-context.ts'
import { get, list } from '../verbs/read.ts'
import { watch } from '../verbs/watch.ts'
import { create, patch, remove, removeCollection, update } from '../verbs/write.ts'

const index = new WeakMap<object, ReadonlyMap<string, Resource>>()

/** The resource that a path names, if it is served. */
export const findResource = (server: ServerContext, info: ResourceRequestInfo): Resource | undefined => {
  let byPath = index.get(server.catalog)
  if (!byPath) {
    byPath = new Map(
      server.catalog.resources.map((resource) => [
        `${resource.group}/${resource.version}/${resource.plural}`,
        resource,
      ]),
    )
    index.set(server.catalog, byPath)
  }
  return byPath.get(`${info.group}/${info.version}/${info.resource}`)
}

/** Every verb on a resource itself, and on the subresources that are of its own kind. */
export const resources =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource') return false
    const resource = findResource(server, info)
    if (!resource) {
      const served = server.catalog.resources.some(
        ({ group, version }) => group === info.group && version === info.version,
      )
      throw served ? noSuchResource() : new PathNotFound(info.path)
    }
    exchange.warnings.push(...deprecationWarnings(resource))
    const inNamespace = info.namespace !== '' && !(resource.plural === 'namespaces' && resource.group === '')
    if (inNamespace && !resource.namespaced) throw noSuchResource()
    if (info.subresource) return ownSubresource(exchange, server, resource, info)
    if (resource.namespaced && !info.namespace && (info.name || info.verb === 'create')) throw methodNotAllowed()
    const { registry } = server
    switch (info.verb) {
      case 'get':
        return get(exchange, registry, resource)
      case 'list':
        return list(exchange, registry, resource)
      case 'watch':
        return watch(exchange, registry, resource, server.signal)
      case 'create':
        if (info.name) throw methodNotAllowed()
        return create(exchange, registry, resource)
      case 'update':
        if (!info.name) throw methodNotAllowed()
        return update(exchange, registry, resource)
      case 'patch':
        if (!info.name) throw methodNotAllowed()
        return patch(exchange, registry, resource)
      case 'delete':
        return remove(exchange, registry, resource)
      case 'deletecollection':
        if (!verbsOf(resource).includes('deletecollection')) throw methodNotAllowed()
        return removeCollection(exchange, registry, resource)
      default:
        throw methodNotAllowed()
    }
  }

const ownSubresource = (
  exchange: Exchange,
  server: ServerContext,
  resource: Resource,
  info: ResourceRequestInfo,
): Promise<true> => {
  if (!resource.subresources.includes(info.subresource)) throw noSuchResource()
  switch (info.verb) {
    case 'get':
      return get(exchange, server.registry, resource)
    case 'update':
      return update(exchange, server.registry, resource, info.subresource)
    case 'patch':
      return patch(exchange, server.registry, resource, info.subresource)
    default:
      throw methodNotAllowed()
  }
}
