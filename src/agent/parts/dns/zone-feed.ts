import type { Namespace } from '#api/core/namespace/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Informer } from '#client/informer.ts'
import type { Zone } from '#names/zone.ts'
import { isTerminal, podAddresses } from '#objects/pod.ts'
import type { ServiceFeed } from '../../sources/service-feed.ts'

const addressesOf = (pod: Pod): readonly string[] => {
  // The addresses of the node are no pod's own, and a pod that has ended has given its back.
  if (pod.spec?.hostNetwork || isTerminal(pod)) return []
  return podAddresses(pod)
}

/**
 * Keeps the zone what the caches say. Resolves when it holds all that they held at the start; before, it vouches for no
 * name that it does not find.
 */
export const feedZone = async (
  zone: Zone,
  sources: { readonly services: ServiceFeed; readonly pods: Informer<Pod>; readonly namespaces: Informer<Namespace> },
): Promise<void> => {
  zone.filling = true
  const setPod = (pod: Pod, present: boolean): void => {
    for (const address of addressesOf(pod)) zone.setPodAddress(pod.metadata!.namespace!, address, present)
  }
  sources.namespaces.addHandlers({
    onAdd: (namespace) => zone.setNamespace(namespace.metadata!.name!, true),
    onDelete: (namespace) => zone.setNamespace(namespace.metadata!.name!, false),
  })
  sources.pods.addHandlers({
    onAdd: (pod) => setPod(pod, true),
    onUpdate: (before, after) => {
      // Nearly every update leaves the addresses alone.
      if (addressesOf(before).join() === addressesOf(after).join()) return
      setPod(before, false)
      setPod(after, true)
    },
    onDelete: (pod) => setPod(pod, false),
  })
  sources.services.subscribe(({ namespace, name }, service, slices) =>
    zone.setService(namespace, name, service, slices),
  )
  await Promise.all([sources.namespaces.hasSynced, sources.pods.hasSynced, sources.services.synced])
  zone.filling = false
}
