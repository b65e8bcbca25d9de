import type { ApiObject } from '#api/resource.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Takes `spec.finalizers` of a namespace; the last one gone, an emptied namespace that is Terminating goes too. */
export const finalize: SubresourceHandler = {
  update(registry, resource, name, change, request) {
    return registry.update(
      resource,
      name,
      (current) => {
        const wanted = change(current) as ApiObject & { readonly spec?: object }
        const { resourceVersion } = wanted.metadata ?? {}
        return { ...current, metadata: { ...current.metadata, resourceVersion }, spec: wanted.spec ?? {} } as ApiObject
      },
      { ...request, subresource: 'finalize' },
    )
  },
}
