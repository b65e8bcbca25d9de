import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ObjectRef } from '../trace/reference.ts'

/** What names an object in the trace. */
export const refOf = (kind: string, { metadata }: { readonly metadata?: ObjectMeta }): ObjectRef => ({
  kind,
  ...(metadata?.namespace && { namespace: metadata.namespace }),
  name: metadata?.name ?? '',
})
