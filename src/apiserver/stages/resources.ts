import type { Kind } from '#api/catalogue/kind.ts'
import type { Subresource } from '#api/catalogue/subresource.ts'
import { own } from '#schema/own.ts'
import { methodNotAllowed } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { ServerContext } from '../server-context.ts'
import { patch } from '../verbs/patch.ts'
import { get, list } from '../verbs/read.ts'
import { watch } from '../verbs/watch.ts'
import { create, remove, removeCollection, update } from '../verbs/write.ts'
import { checkAccess } from './access.ts'

/** The kind that a path names, if it is served. */
export const findKind = ({ catalogue }: ServerContext, info: ResourceRequestInfo): Kind | undefined =>
  catalogue.find({ group: info.group, version: info.version, plural: info.resource })

/** The part of an object that a path names, if its kind has it. */
export const findPart = (server: ServerContext, info: ResourceRequestInfo): Subresource | undefined =>
  own(findKind(server, info)?.subresources, info.subresource)

/** Every verb on a resource itself, and on the subresources that are of its own kind. That it has the verb is known. */
export const resources =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource') return false
    const kind = findKind(server, info)
    if (!kind) return false
    if (kind.deprecation) exchange.warnings.push(kind.deprecation)
    const { resource } = kind
    const { registry } = server
    const part = info.subresource
    const mayCreate = (): void => checkAccess(server, exchange.caller, { ...info, verb: 'create' })
    switch (info.verb) {
      case 'get':
        return get(exchange, registry, resource)
      case 'list':
        return list(exchange, registry, resource)
      case 'watch':
        return watch(exchange, registry, resource, server)
      case 'create':
        return create(exchange, registry, resource)
      case 'update':
        return update(exchange, registry, resource, part, mayCreate)
      case 'patch':
        return patch(exchange, registry, resource, part, mayCreate)
      case 'delete':
        return remove(exchange, registry, resource)
      case 'deletecollection':
        return removeCollection(exchange, registry, resource)
      default:
        throw methodNotAllowed()
    }
  }
