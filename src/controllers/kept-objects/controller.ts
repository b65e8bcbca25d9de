import { namespaces } from '#api/core/namespace/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { keep } from './desired.ts'

const idOf = ({ resource, object }: ResourceObject): string => `${resource.group}/${resource.plural} ${keyOf(object)}`

/**
 * What a cluster cannot do without stays: its namespaces, and the Services of the API and of DNS with their endpoints.
 * Deleted, they are made again at once, with the addresses that the API server keeps for them.
 */
export const startKeptObjectsController = (context: ControllerContext): RunningController | undefined => {
  const { client, informers, kept } = context
  if (kept.length === 0) return undefined
  const byId = new Map(kept.map((one) => [idOf(one), one]))
  const namespaceCache = informers.for(namespaces)
  const caches = new Map(kept.map(({ resource }) => [resource, informers.for(resource)]))

  const sync = async (id: string): Promise<void> => {
    const { resource, object } = byId.get(id)!
    const { namespace } = object.metadata!
    const home = namespace === undefined ? undefined : namespaceCache.lister.get(namespace)
    // Nothing can be made in a namespace that is not there; when it comes, this is asked again.
    if (namespace !== undefined && (home === undefined || isLeaving(home))) return
    const current = caches.get(resource)!.lister.byKey(keyOf(object))
    const keeping = keep(object, current)
    switch (keeping.do) {
      case 'nothing':
        return
      case 'create':
        await client.create(resource, keeping.object, { namespace }).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error
        })
        return
      case 'update':
        await client.update(resource, keeping.object, { namespace })
        return
      case 'again': {
        const { name, uid } = current!.metadata!
        await client.delete(resource, name!, { namespace, preconditions: { uid } }).catch((error: unknown) => {
          if (!isNotFound(error)) throw error
        })
      }
    }
  }

  const all = [...new Set<unknown>([namespaceCache, ...caches.values()])] as Informer<never>[]
  const { queue, running } = runLoop(context, 'kept-objects', all, sync)
  for (const [resource, cache] of caches) {
    const note = (object: ResourceObject['object']): void => {
      const id = idOf({ resource, object })
      if (byId.has(id)) queue.add(id)
    }
    cache.addHandlers({ onAdd: note, onUpdate: (_, object) => note(object), onDelete: note })
  }
  namespaceCache.addHandlers({
    onAdd: ({ metadata }) => {
      for (const [id, { object }] of byId) if (object.metadata?.namespace === metadata?.name) queue.add(id)
    },
  })
  for (const id of byId.keys()) queue.add(id)
  return running
}
