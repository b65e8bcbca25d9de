import type { Kind } from '#api/catalogue/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import type { PatchType } from '#client/client.ts'
import { own } from '#schema/own.ts'
import { unsupportedMediaType } from '../errors.ts'
import { type Exchange, mediaType } from '../http/request/exchange.ts'
import { readBody } from '../http/request/read-body.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { writeOptions } from '../http/request/write-options.ts'
import type { Decoded, Patch, Patched } from '../machinery/machinery.ts'
import { readPatchText } from '../machinery/patch-text.ts'
import type { Registry } from '../registry/registry.ts'
import { isApply, patchTypesOf, readApplication } from './apply.ts'
import { sendWritten, type Verb, writeRequest } from './write.ts'

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

/** Throws ApiError 415 for a patch of a type that the kind does not take. */
export const checkPatch = (exchange: Exchange, kind: Kind | undefined): void => {
  const types = patchTypesOf(kind)
  if (!types.includes(mediaType(exchange.request))) throw unsupportedMediaType(types)
}

/** Makes of an object what a patch says; the patch is read when the first object is there. Throws ApiError. */
type Patching = (current: ApiObject, patched: Patched) => Decoded

/** What a request's patch does, which is no server-side apply. */
export const readPatching = async (exchange: Exchange, { machinery }: Registry): Promise<Patching> => {
  const type = own(PATCH_TYPES, mediaType(exchange.request))!
  const text = (await readBody(exchange)).toString()
  const { validation } = writeOptions(exchange)
  let patch: Patch | undefined
  return (current, patched) => {
    patch ??= readPatchText(type, text, validation)
    const { object, warnings } = machinery.patch(patched, current, patch, validation)
    return { object, warnings: [...machinery.patchWarnings(patched, type, patch.value), ...warnings] }
  }
}

/** Answers PATCH: 200. The patch is applied within the registry’s transaction, so nothing comes between. */
export const patch: Verb = async (exchange, registry, resource, subresource = '', mayCreate = undefined) => {
  const { name } = exchange.info as ResourceRequestInfo
  const { machinery } = registry
  checkPatch(exchange, machinery.catalogue.find(resource))
  if (isApply(exchange)) return apply(exchange, registry, resource, subresource, mayCreate)
  const request = writeRequest(exchange, subresource)
  const patching = await readPatching(exchange, registry)
  let warnings: readonly string[] = []
  const change = (current: ApiObject): ApiObject => {
    const patched = patching(current, resource)
    warnings = patched.warnings
    return { ...patched.object, apiVersion: current.apiVersion, kind: current.kind }
  }
  const object = await registry.update(resource, name, change, request)
  exchange.warnings.push(...warnings, ...machinery.warningsFor(resource, object))
  return sendWritten(exchange, registry, resource, 200, object)
}

/** Answers PATCH by server-side apply: 200, or 201 where it made the object. */
const apply: Verb = async (exchange, registry, resource, subresource = '', mayCreate = undefined) => {
  const { name } = exchange.info as ResourceRequestInfo
  const request = { ...writeRequest(exchange, subresource), ...(mayCreate && { mayCreate }) }
  const application = await readApplication(exchange)
  const { object, created } = await registry.apply(resource, name, application, request)
  exchange.warnings.push(...registry.machinery.warningsFor(resource, object, created))
  return sendWritten(exchange, registry, resource, created ? 201 : 200, object)
}
