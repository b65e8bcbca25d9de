import type { EndpointSlice } from '#api/discovery-v1.ts'
import type { ApiObject } from '#api/resource.ts'
import { endpointSlices } from '#api/resources.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import type { SliceChanges, SliceMeta } from './desired-pack.ts'

/** By `namespace/service` and who manages it. */
export const sliceIndex = (slice: EndpointSlice): readonly string[] => {
  const labels = slice.metadata?.labels ?? {}
  return [
    `${labels['endpointslice.kubernetes.io/managed-by']} ${slice.metadata?.namespace}/${labels['kubernetes.io/service-name']}`,
  ]
}

/**
 * `deleted` collects uids that the cache still shows; creations come first, so that no endpoint is missing in between.
 */
export const writeSlices = async (
  client: Client,
  owner: ApiObject,
  changes: SliceChanges,
  meta: SliceMeta,
  deleted: Set<string>,
): Promise<void> => {
  const { name, namespace } = owner.metadata!
  const ownerReferences = [controllerReference(owner)]
  await Promise.all([
    ...changes.create.map((slice) =>
      client.create(
        endpointSlices,
        { ...slice, metadata: { generateName: `${name}-`, namespace, ...meta, ownerReferences } },
        { namespace },
      ),
    ),
    ...changes.update.map((slice) => client.update(endpointSlices, slice, { namespace })),
  ])
  await Promise.all(
    changes.delete.map(async (slice) => {
      const { name: own, uid } = slice.metadata!
      deleted.add(uid!)
      try {
        await client.delete(endpointSlices, own!, { namespace, preconditions: { uid } })
      } catch (error) {
        if (isNotFound(error)) return
        deleted.delete(uid!)
        throw error
      }
    }),
  )
}
