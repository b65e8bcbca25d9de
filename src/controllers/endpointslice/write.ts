import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { MANAGED_BY_LABEL } from '#objects/well-known.ts'
import type { SliceChanges, SliceMeta } from './desired-pack.ts'

/** By who manages it and the key of its Service. */
export const sliceIndex = (slice: EndpointSlice): readonly string[] => [
  `${slice.metadata?.labels?.[MANAGED_BY_LABEL]} ${serviceKeyOf(slice)}`,
]

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
