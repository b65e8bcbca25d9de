import type { MessageClass } from '#schema/schema.ts'
import type { ObjectMeta } from './meta-v1.ts'

/** What every API object carries. */
export interface ApiObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: ObjectMeta
}

/**
 * One kind as the API serves it: its path, its names for people, and its declaration. Shapes follow `APIResource` of
 * meta/v1.
 */
export interface Resource<T extends ApiObject = ApiObject> {
  /** '' for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The word in the path: `services`. */
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly subresources: readonly string[]
  readonly message: MessageClass<T>
  /** The list's declaration, `ServiceList`. */
  readonly list: MessageClass<unknown>
}

/** An object and where it is stored: what a list of objects of several kinds holds. */
export interface ResourceObject {
  readonly resource: Resource
  readonly object: ApiObject
}

/** `v1`, `apps/v1`. */
export const groupVersion = (resource: Pick<Resource, 'group' | 'version'>): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
