import type { Kind } from '#api/catalogue/kind.ts'
import type { Answering } from '#api/catalogue/subresource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { own } from '#schema/own.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Patched } from '../machinery/machinery.ts'
import type { Registry } from '../registry/registry.ts'
import type { WriteRequest } from '../registry/request.ts'

/** A part of a resource with a body of its own kind. The same over HTTP and in process. */
export interface SubresourceHandler {
  /** The status of a successful POST; 201 unless said. */
  get?(registry: Registry, resource: Resource, namespace: string, name: string): ApiObject
  create?(
    registry: Registry,
    resource: Resource,
    name: string,
    body: ApiObject,
    request: WriteRequest,
  ): Promise<ApiObject>
  update?(
    registry: Registry,
    resource: Resource,
    name: string,
    change: (current: ApiObject) => ApiObject,
    request: WriteRequest,
  ): Promise<ApiObject>
}

/** A part that is only ever made. */
export type CreatingHandler = Required<Pick<SubresourceHandler, 'create'>>

/** By who answers, as the kinds name it. */
export type SubresourceHandlers = { readonly [answering in Answering]?: SubresourceHandler }

/** Who answers for a part of such objects; undefined where the kind has no such part, or it is its own kind's. */
export const handlerOf = (
  handlers: SubresourceHandlers,
  kind: Kind | undefined,
  subresource: string,
): SubresourceHandler | undefined => {
  const part = own(kind?.subresources, subresource)
  return part && handlers[part.answeredBy]
}

/** A part as what is patched: by its own kind's declaration. */
export const patchedPart = (message: MessageClass<unknown>): Patched => {
  const [apiVersion, kind] = message.gvk!
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  return { group, version, kind, message: message as Patched['message'] }
}
