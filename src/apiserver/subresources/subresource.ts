import type { ApiObject, Resource } from '#api/resource.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Registry, WriteRequest } from '../registry/registry.ts'

/** A part of a resource with a body of its own kind. The same over HTTP and in process. */
export interface SubresourceHandler {
  readonly name: string
  serves(resource: Resource, subresource: string): boolean
  /** What its body is; also what discovery and OpenAPI show. */
  readonly body: { readonly apiVersion: string; readonly kind: string }
  readonly message?: MessageClass<unknown>
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
