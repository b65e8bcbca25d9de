import type { ApiObject, Resource } from '#api/resource.ts'
import { type Keep, keptList, keptOf } from '#schema/kept/kept.ts'

/** What tells one object, and one state of it, from another: no cache does without. */
const IDENTITY = { name: true, namespace: true, uid: true, resourceVersion: true } as const

/**
 * A resource of which a client over a network reads nothing but these fields; what identifies objects is always kept.
 * For reading alone: who writes such an object back takes everything else away from it.
 */
export const keptResource = <T extends ApiObject>(resource: Resource<T>, keep: Keep<T>): Resource<T> => {
  const metadata = { ...IDENTITY, ...(keep.metadata as object) }
  const message = keptOf(resource.message, { ...keep, metadata } as Keep<T>)
  return { ...resource, message, list: keptList(resource.list, message) }
}
