import type { Kind } from '#api/catalogue/kind.ts'
import type { Subresource } from '#api/catalogue/subresource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { isSame } from '#api/resource.ts'
import { own } from '#schema/own.ts'
import { methodNotAllowed, noSuchResource, PathNotFound } from '../errors.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { ServerContext } from '../server-context.ts'
import { get, list } from '../verbs/read.ts'
import { watch } from '../verbs/watch.ts'
import { create, patch, remove, removeCollection, update } from '../verbs/write.ts'

/** The kind that a path names, if it is served. */
export const findKind = ({ catalogue }: ServerContext, info: ResourceRequestInfo): Kind | undefined =>
  catalogue.find({ group: info.group, version: info.version, plural: info.resource })

/** The part of an object that a path names, if its kind has it. */
export const findPart = (server: ServerContext, info: ResourceRequestInfo): Subresource | undefined =>
  own(findKind(server, info)?.subresources, info.subresource)

/** Every verb on a resource itself, and on the subresources that are of its own kind. */
export const resources =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource') return false
    const kind = findKind(server, info)
    if (!kind) {
      const served = server.catalogue.resources.some(
        ({ group, version }) => group === info.group && version === info.version,
      )
      throw served ? noSuchResource() : new PathNotFound(info.path)
    }
    if (kind.deprecation) exchange.warnings.push(kind.deprecation)
    const { resource } = kind
    const inNamespace = info.namespace !== '' && !isSame(resource, namespaces)
    if (inNamespace && !resource.namespaced) throw noSuchResource()
    if (info.subresource) return ownSubresource(exchange, server, kind, info)
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
        if (!kind.verbs.includes('deletecollection')) throw methodNotAllowed()
        return removeCollection(exchange, registry, resource)
      default:
        throw methodNotAllowed()
    }
  }

const ownSubresource = (
  exchange: Exchange,
  server: ServerContext,
  { resource, subresources }: Kind,
  info: ResourceRequestInfo,
): Promise<true> => {
  if (own(subresources, info.subresource)?.answeredBy !== 'own') throw noSuchResource()
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
