import type { ApiObject, Resource } from '#api/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import type { ObjectSource, ObjectStore } from './context.ts'

/**
 * An ObjectStore over a shared cache. What the cache has not seen yet is asked of the server: a pod's watch can be
 * ahead of the watch of the ConfigMap that was made just before it.
 */
export const cachedStore = <T extends ApiObject>(
  source: ObjectSource<T>,
  client: Client,
  resource: Resource<T>,
): ObjectStore<T> => {
  const listeners = new Map<string, Set<() => void>>()
  const tell = (object: T): void => {
    for (const listener of listeners.get(keyOf(object)) ?? []) listener()
  }
  source.addHandlers({ onAdd: tell, onUpdate: (_before, after) => tell(after), onDelete: tell })
  return {
    async get(namespace, name) {
      const cached = source.lister.get(name, namespace)
      if (cached !== undefined) return cached
      try {
        return await client.get(resource, name, { namespace })
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    watch(namespace, name, onChange) {
      const key = objectKey(namespace, name)
      const set = listeners.get(key) ?? new Set()
      listeners.set(key, set.add(onChange))
      return () => {
        set.delete(onChange)
        if (set.size === 0) listeners.delete(key)
      }
    },
  }
}
