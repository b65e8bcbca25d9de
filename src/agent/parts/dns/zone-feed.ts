import type { Namespace } from '#api/core/namespace/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Informer } from '#client/informer.ts'
import { namedAddresses } from '#names/pod-records.ts'
import type { Zone } from '#names/zone.ts'
import type { ServiceFeed } from '../../sources/service-feed.ts'

/**
 * Keeps the zone what the caches say. Resolves when it holds all that they held at the start; before, it vouches for no
 * name that it does not find. `onProgrammed` is told when the endpoints of a headless Service changed, milliseconds since
 * the epoch, as soon as the zone has them.
 */
export const feedZone = async (
  zone: Zone,
  sources: { readonly services: ServiceFeed; readonly pods: Informer<Pod>; readonly namespaces: Informer<Namespace> },
  onProgrammed: (changedAt: number) => void = () => undefined,
): Promise<void> => {
  zone.filling = true
  const setPod = (pod: Pod, present: boolean): void => {
    for (const address of namedAddresses(pod)) zone.setPodAddress(pod.metadata!.namespace!, address, present)
  }
  sources.namespaces.addHandlers({
    onAdd: (namespace) => zone.setNamespace(namespace.metadata!.name!, true),
    onDelete: (namespace) => zone.setNamespace(namespace.metadata!.name!, false),
  })
  sources.pods.addHandlers({
    onAdd: (pod) => setPod(pod, true),
    onUpdate: (before, after) => {
      // Nearly every update leaves the addresses alone.
      if (namedAddresses(before).join() === namedAddresses(after).join()) return
      setPod(before, false)
      setPod(after, true)
    },
    onDelete: (pod) => setPod(pod, false),
  })
  sources.services.subscribe(({ namespace, name }, service, slices, triggers) => {
    zone.setService(namespace, name, service, slices)
    // Of others an endpoint changes no record.
    if (service?.spec?.clusterIP === 'None') for (const at of triggers) onProgrammed(at)
  })
  await Promise.all([sources.namespaces.hasSynced, sources.pods.hasSynced, sources.services.synced])
  zone.filling = false
}
