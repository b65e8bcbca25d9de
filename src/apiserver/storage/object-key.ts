import type { ApiObject } from '#api/resource.ts'

/** The key of an object in its collection. */
export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace ? `${namespace}/${name}` : name

/** A copy with this resourceVersion; everything else is shared. */
export const withRevision = (object: ApiObject, revision: number): ApiObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
})
