import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { keyOf } from '#objects/object-key.ts'
import { ENDPOINTSLICE_CONTROLLER } from '#objects/well-known.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { sliceIndex } from '../endpointslice/write.ts'
import { asNodesAre, isWell, keep } from './desired.ts'

/** Whose objects these are: it made them first. */
const API_SERVER = 'kube-apiserver'

const idFor = ({ group, plural }: Resource, key: string): string => `${group}/${plural} ${key}`

/**
 * What a cluster cannot do without stays: its namespaces, and the Services of the API and of DNS with their endpoints.
 * Deleted, they are made again at once, with the addresses that the API server keeps for them. An endpoint on a node that
 * is not well is kept as one that is not ready.
 */
export const startKeptObjectsController = (context: ControllerContext): RunningController | undefined => {
  const { client, informers, kept } = context
  if (kept.length === 0) return undefined
  const byId = new Map(kept.map((one) => [idFor(one.resource, keyOf(one.object)), one]))
  const namespaceCache = informers.for(namespaces)
  const caches = new Map(kept.map(({ resource }) => [resource, informers.for(resource)]))
  const nodeCache = informers.for(nodes)
  const sliceCache = informers.for(endpointSlices)
  sliceCache.addIndex('service', sliceIndex)

  /** What a selector brought to a Service that is to have none: it stays when the selector goes. */
  const removeStrays = async (service: string): Promise<void> => {
    const strays = sliceCache.lister.byIndex('service', `${ENDPOINTSLICE_CONTROLLER} ${service}`)
    for (const { metadata } of strays) await remove(endpointSlices, metadata!)
  }

  const remove = async (resource: Resource, { name, namespace, uid }: ObjectMeta): Promise<void> => {
    await client.delete(resource, name!, { namespace, preconditions: { uid } }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    })
  }

  const sync = async (id: string): Promise<void> => {
    const { resource, object: made } = byId.get(id)!
    const object = asNodesAre(made, (name) => nodeCache.lister.get(name))
    const { namespace } = object.metadata!
    const home = namespace === undefined ? undefined : namespaceCache.lister.get(namespace)
    // Nothing can be made in a namespace that is not there; when it comes, this is asked again.
    if (namespace !== undefined && (home === undefined || isLeaving(home))) return
    const current = caches.get(resource)!.lister.byKey(keyOf(object))
    const keeping = keep(object, current)
    switch (keeping.do) {
      case 'nothing':
        if (resource === services) await removeStrays(keyOf(object))
        return
      case 'create':
        await client
          .create(resource, keeping.object, { namespace, fieldManager: API_SERVER })
          .catch((error: unknown) => {
            if (!isAlreadyExists(error)) throw error
          })
        return
      case 'update':
        await client.update(resource, keeping.object, { namespace })
        return
      case 'again':
        await remove(resource, current!.metadata!)
    }
  }

  const all = [...new Set<unknown>([namespaceCache, nodeCache, sliceCache, ...caches.values()])] as Informer<never>[]
  const { queue, running } = runLoop(context, 'kept-objects', all, sync)
  const note = (resource: Resource, key: string): void => {
    const id = idFor(resource, key)
    if (byId.has(id)) queue.add(id)
  }
  for (const [resource, cache] of caches) {
    const noteOne = (object: ApiObject): void => note(resource, keyOf(object))
    cache.addHandlers({ onAdd: noteOne, onUpdate: (_, object) => noteOne(object), onDelete: noteOne })
  }
  sliceCache.addHandlers({
    onAdd: (slice) => {
      const service = serviceKeyOf(slice)
      if (service !== undefined) note(services, service)
    },
  })
  const noteSlices = (): void => {
    for (const [id, { resource }] of byId) if (resource === endpointSlices) queue.add(id)
  }
  nodeCache.addHandlers({
    onAdd: noteSlices,
    onUpdate: (before, node) => {
      if (isWell(before) !== isWell(node)) noteSlices()
    },
    // Also where it was well: whose endpoint it was may be gone with it.
    onDelete: noteSlices,
  })
  namespaceCache.addHandlers({
    onAdd: ({ metadata }) => {
      for (const [id, { object }] of byId) if (object.metadata?.namespace === metadata?.name) queue.add(id)
    },
  })
  for (const id of byId.keys()) queue.add(id)
  return running
}
