import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { MessageClass } from '#schema/schema.ts'

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

/** Whether both are one resource: their paths are one. */
export const isSame = (one: Pick<Resource, 'group' | 'plural'>, other: Pick<Resource, 'group' | 'plural'>): boolean =>
  one.group === other.group && one.plural === other.plural

/** What most resources do without. */
interface Names {
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  /** False for what belongs to the cluster: nodes, namespaces. */
  readonly namespaced?: boolean
}

/** The resource of a kind; group, version and kind are those of its message. */
export const resource = <T extends ApiObject>(
  plural: string,
  message: MessageClass<T>,
  list: MessageClass<unknown>,
  { shortNames = [], categories = [], namespaced = true }: Names = {},
): Resource<T> => {
  const [apiVersion, kind] = message.gvk!
  const slash = apiVersion.indexOf('/')
  return {
    group: apiVersion.slice(0, Math.max(slash, 0)),
    version: apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories,
    namespaced,
    message,
    list,
  }
}
