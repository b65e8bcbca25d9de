import { nodes } from '#api/core/node/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { ENDPOINTSLICE_CONTROLLER } from '#objects/well-known.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { servicePods } from '../service-pods.ts'
import { desiredSlices, selectsPods, sliceMeta } from './desired.ts'
import { changeTrigger, stampTrigger, type TriggerState, withTrigger } from './desired-trigger.ts'
import { sliceIndex, writeSlices } from './write.ts'

/**
 * EndpointSlices from Services and pods. Kubernetes waits up to a second to put changes together, since it writes over
 * the network to many readers. Here what one turn of the event loop brings is one write and nothing waits for a timer:
 * a pod that becomes ready, or goes, is in the slices at once.
 */
export const startEndpointSliceController = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const related = servicePods(context)
  const [sliceCache, nodeCache] = [informers.for(endpointSlices), informers.for(nodes)]
  sliceCache.addIndex('service', sliceIndex)
  const deleted = new Set<string>()
  const triggers = new Map<string, TriggerState>()

  const sync = async (key: string): Promise<void> => {
    const service = related.services.lister.byKey(key)
    // Slices of a Service that is gone go with it, by their owner reference.
    if (!service || !selectsPods(service)) {
      triggers.delete(key)
      return
    }
    const existing = sliceCache.lister
      .byIndex('service', `${ENDPOINTSLICE_CONTROLLER} ${key}`)
      .filter((slice) => !deleted.has(slice.metadata!.uid!) && !isLeaving(slice))
    const pods = related.podsOf(service)
    const changes = desiredSlices(service, pods, (name) => nodeCache.lister.get(name), existing)
    const { time, state } = changeTrigger(triggers.get(key), service, pods, existing.length === 0)
    await writeSlices(client, service, stampTrigger(changes, time), withTrigger(sliceMeta(service), time), deleted)
    triggers.set(key, state)
  }

  const { queue, running } = runLoop(context, 'endpointslice', [...related.caches, sliceCache], sync)
  related.watch((key) => queue.add(key), { nodes: true })
  const note = (slice: EndpointSlice) => {
    const service = serviceKeyOf(slice)
    if (service) queue.add(service)
  }
  sliceCache.addHandlers({
    onUpdate: (before, after) => {
      note(after)
      // Relabelled away from its Service: that one has to make another.
      if (serviceKeyOf(before) !== serviceKeyOf(after)) note(before)
    },
    onDelete: (slice) => {
      deleted.delete(slice.metadata!.uid!)
      note(slice)
    },
  })
  return running
}
