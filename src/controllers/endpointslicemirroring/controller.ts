import { endpoints } from '#api/core/endpoints/resource.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { keyOf } from '#objects/object-key.ts'
import { ENDPOINTSLICE_MIRRORING_CONTROLLER, MANAGED_BY_LABEL } from '#objects/well-known.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { packSlices } from '../endpointslice/desired-pack.ts'
import { sliceIndex, writeSlices } from '../endpointslice/write.ts'
import { isMirrored, mirroredGroups, mirroredMeta } from './desired.ts'

const MOST_ENDPOINTS = 1000

/** Hand-made Endpoints as EndpointSlices, which are all that proxies read. */
export const startEndpointSliceMirroringController = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const [endpointsCache, serviceCache, sliceCache] = [
    informers.for(endpoints),
    informers.for(services),
    informers.for(endpointSlices),
  ]
  sliceCache.addIndex('service', sliceIndex)
  const deleted = new Set<string>()

  const sync = async (key: string): Promise<void> => {
    const current = endpointsCache.lister.byKey(key)
    const mirrored = isMirrored(current, serviceCache.lister.byKey(key))
    const existing = sliceCache.lister
      .byIndex('service', `${ENDPOINTSLICE_MIRRORING_CONTROLLER} ${key}`)
      .filter((slice) => !deleted.has(slice.metadata!.uid!) && !isLeaving(slice))
    if (!mirrored && existing.length === 0) return
    const owner = current ?? existing[0]!
    const meta = mirrored ? mirroredMeta(current!) : { labels: {}, annotations: {} }
    const changes = mirrored
      ? packSlices(mirroredGroups(current!), existing, meta, MOST_ENDPOINTS)
      : { create: [], update: [], delete: existing }
    await writeSlices(client, owner, changes, meta, deleted)
  }

  const caches = [endpointsCache, serviceCache, sliceCache]
  const { queue, running } = runLoop(context, 'endpointslicemirroring', caches, sync)
  endpointsCache.addHandlers(onAny((object) => queue.add(keyOf(object))))
  serviceCache.addHandlers(onAny((object) => queue.add(keyOf(object))))
  sliceCache.addHandlers({
    onUpdate: (_, slice) => note(slice),
    onDelete: (slice) => {
      deleted.delete(slice.metadata!.uid!)
      note(slice)
    },
  })
  const note = (slice: EndpointSlice) => {
    const service = serviceKeyOf(slice)
    if (service && slice.metadata?.labels?.[MANAGED_BY_LABEL] === ENDPOINTSLICE_MIRRORING_CONTROLLER) queue.add(service)
  }
  return running
}
