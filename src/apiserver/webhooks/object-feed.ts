import type { ApiObject, Resource } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'

/**
 * All objects of a kind as they stand in storage, and what follows from them: one holds for the first request after its
 * write.
 */
export class ObjectFeed<T extends ApiObject, R> {
  readonly #watch: Watch
  readonly #derive: (objects: readonly T[]) => R
  readonly #objects = new Map<string, T>()
  #derived: R

  constructor(registry: Registry, resource: Resource<T>, derive: (objects: readonly T[]) => R) {
    this.#derive = derive
    this.#derived = derive([])
    // What changed is read when this is told of it, and is never forgotten before.
    this.#watch = registry.watch(resource as unknown as Resource, {}, {}, () => void this.current)
  }

  get current(): R {
    let hasChanged = false
    for (let event = this.#watch.next(); event !== undefined; event = this.#watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const name = event.object.metadata?.name ?? ''
      if (event.type === 'DELETED') this.#objects.delete(name)
      else this.#objects.set(name, event.object as T)
      hasChanged = true
    }
    if (hasChanged) this.#derived = this.#derive([...this.#objects.values()])
    return this.#derived
  }

  close(): void {
    this.#watch.close()
  }
}
