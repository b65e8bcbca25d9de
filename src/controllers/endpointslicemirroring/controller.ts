import { endpointSlices, endpoints, services } from '#api/resources.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { packSlices } from '../endpointslice/desired-pack.ts'
import { sliceIndex, writeSlices } from '../endpointslice/write.ts'
import { isMirrored, MIRRORING, mirroredGroups, mirroredMeta } from './desired.ts'

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
      .byIndex('service', `${MIRRORING} ${key}`)
      .filter(({ metadata }) => !deleted.has(metadata!.uid!) && !metadata?.deletionTimestamp)
    if (!mirrored && existing.length === 0) return
    const owner = current ?? existing[0]!
    const meta = mirrored ? mirroredMeta(current!) : { labels: {}, annotations: {} }
    const changes = mirrored
      ? packSlices(mirroredGroups(current!), existing, meta, MOST_ENDPOINTS)
      : { create: [], update: [], delete: existing }
    await writeSlices(client, owner, changes, meta, deleted)
  }

  const caches = [endpointsCache, serviceCache, sliceCache] as never[]
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
  const note = (slice: {
    readonly metadata?: { readonly labels?: Record<string, string>; readonly namespace?: string }
  }) => {
    const labels = slice.metadata?.labels ?? {}
    if (labels['endpointslice.kubernetes.io/managed-by'] === MIRRORING)
      queue.add(`${slice.metadata?.namespace}/${labels['kubernetes.io/service-name']}`)
  }
  return running
}
