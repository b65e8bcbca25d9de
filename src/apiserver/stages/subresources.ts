import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { own } from '#schema/own.ts'
import { badRequest, methodNotAllowed } from '../errors.ts'
import { sendObject } from '../http/answer/respond.ts'
import { requireObject } from '../http/request/body.ts'
import type { Stage } from '../http/request/exchange.ts'
import { negotiate } from '../http/request/negotiate.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { writeOptions } from '../http/request/write-options.ts'
import { appliedTo } from '../registry/applied.ts'
import { partKind } from '../registry/ownership.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServerContext } from '../server-context.ts'
import { handlerOf, patchedPart, type SubresourceHandler } from '../subresources/subresource.ts'
import { isApply, readApplication } from '../verbs/apply.ts'
import { checkPatch, readPatching } from '../verbs/patch.ts'
import { writeRequest } from '../verbs/write.ts'
import { findKind } from './resources.ts'

/** Parts of a resource with a body of another kind: scale, binding, eviction, finalize, token. */
export const subresources =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource' || !info.subresource) return false
    const kind = findKind(server, info)
    const handler = handlerOf(server.subresources, kind, info.subresource)
    const { body: message, bodyVersions } = own(kind?.subresources, info.subresource) ?? {}
    if (!kind || !handler || !message) return false
    const { resource } = kind
    return (async () => {
      const { registry } = server
      const { machinery } = registry
      const [apiVersion, body] = message.gvk!
      const expected = { apiVersion, kind: body, message, ...(bodyVersions && { otherVersions: bodyVersions }) }
      const wanted = negotiate(exchange.request.headers.accept, () => false)
      const send = (code: number, object: ApiObject): Promise<true> =>
        sendObject(exchange, machinery, wanted, code, object)
      const read = async (): Promise<ApiObject> => {
        const decoded = await requireObject(machinery, exchange, expected, writeOptions(exchange).validation)
        exchange.warnings.push(...decoded.warnings)
        exchange.audit?.sent(decoded.object.metadata)
        const { namespace } = decoded.object.metadata ?? {}
        if (namespace && info.namespace && namespace !== info.namespace)
          throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
        return decoded.object
      }
      const { name } = info
      if (info.verb === 'get' && handler.get) return send(200, handler.get(registry, resource, info.namespace, name))
      const request = writeRequest(exchange, info.subresource)
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
  const patching = await readPatching(exchange, registry)
  const part = patchedPart(expected.message)
  let warnings: readonly string[] = []
  const change = (current: ApiObject): ApiObject => {
    const patched = patching(current, part)
    warnings = patched.warnings
    return { ...patched.object, apiVersion: groupVersion(part), kind: part.kind }
  }
  const object = await handler.update!(registry, resource, name, change, request)
  exchange.warnings.push(...warnings)
  return object
}
