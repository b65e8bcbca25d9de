import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { own } from '#schema/own.ts'
import { badRequest, methodNotAllowed } from '../errors.ts'
import { sendObject } from '../http/answer/respond.ts'
import { fieldValidationOf, requireObject } from '../http/request/body.ts'
import type { Stage } from '../http/request/exchange.ts'
import { negotiate } from '../http/request/negotiate.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { appliedTo } from '../registry/applied.ts'
import { partKind } from '../registry/ownership.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServerContext } from '../server-context.ts'
import { handlerOf, type SubresourceHandler } from '../subresources/subresource.ts'
import { isApply, readApplication } from '../verbs/apply.ts'
import { checkPatch, readPatch, writeRequest } from '../verbs/write.ts'
import { findKind } from './resources.ts'

/** Parts of a resource with a body of another kind: scale, binding, eviction, finalize, token. */
export const subresources =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource' || !info.subresource) return false
    const kind = findKind(server, info)
    const handler = handlerOf(server.subresources, kind, info.subresource)
    const message = own(kind?.subresources, info.subresource)?.body
    if (!kind || !handler || !message) return false
    const { resource } = kind
    return (async () => {
      const { registry } = server
      const { machinery } = registry
      const [apiVersion, body] = message.gvk!
      const expected = { apiVersion, kind: body, message }
      const wanted = negotiate(exchange.request.headers.accept, () => false)
      const send = (code: number, object: ApiObject): Promise<true> =>
        sendObject(exchange, machinery, wanted, code, object)
      const read = async (): Promise<ApiObject> => {
        const decoded = await requireObject(machinery, exchange, expected, fieldValidationOf(exchange.query))
        exchange.warnings.push(...decoded.warnings)
        exchange.audit?.sent(decoded.object.metadata)
        return decoded.object
      }
      const request = writeRequest(exchange, info.subresource)
      const { name } = info
      if (info.verb === 'get' && handler.get) return send(200, handler.get(registry, resource, info.namespace, name))
      if (info.verb === 'create' && handler.create) {
        return send(201, await handler.create(registry, resource, name, await read(), request))
      }
      if (info.verb === 'update' && handler.update) {
        const body = await read()
        const given = body.metadata?.name
        if (given && given !== name) {
          throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
        }
        return send(200, await handler.update(registry, resource, name, () => body, request))
      }
      if (info.verb === 'patch' && handler.update) {
        return send(200, await patchPart(handler, exchange, resource, expected, registry))
      }
      throw methodNotAllowed()
    })()
  }

const patchPart = async (
  handler: SubresourceHandler,
  exchange: Parameters<Stage>[0],
  resource: Resource,
  expected: Parameters<typeof requireObject>[2],
  registry: Registry,
): Promise<ApiObject> => {
  const { machinery } = registry
  checkPatch(exchange, undefined)
  const { name } = exchange.info as ResourceRequestInfo
  const request = writeRequest(exchange, (exchange.info as ResourceRequestInfo).subresource)
  if (isApply(exchange)) {
    const application = await readApplication(exchange)
    const applying = {
      machinery,
      kind: partKind(expected.message, request.subresource!),
      message: expected.message,
      name: expected.kind,
      manager: request.manager!,
      now: timeText(registry.now().getTime()),
    }
    const change = (current: ApiObject): ApiObject => appliedTo(applying, current, application)
    return handler.update!(registry, resource, name, change, { ...request, keepsOwners: true })
  }
  const { type, patch } = await readPatch(exchange)
  // The part is patched by its own kind's declaration.
  const [version = '', group = ''] = expected.apiVersion.split('/').reverse()
  const part = {
    ...resource,
    group,
    version,
    kind: expected.kind,
    message: expected.message as typeof resource.message,
  }
  const change = (current: ApiObject): ApiObject => {
    const value = machinery.patch(part, type, current, patch)
    const { object, warnings } = machinery.decodeValue(expected.message, value, fieldValidationOf(exchange.query))
    exchange.warnings.push(...warnings)
    return { ...object, apiVersion: groupVersion(part), kind: part.kind }
  }
  return handler.update!(registry, resource, name, change, request)
}
