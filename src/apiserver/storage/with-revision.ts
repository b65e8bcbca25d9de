import type { ApiObject } from '#api/resource.ts'

/** A copy with this resourceVersion; everything else is shared. */
export const withRevision = (object: ApiObject, revision: number): ApiObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
})
