import type { ApiObject } from '#api/resource.ts'
import { objectKey } from '#objects/object-key.ts'
import type { Store } from './store.ts'

/** Reads a cache: synchronous, without a request. What comes out is shared and must not be changed. */
export class Lister<T extends ApiObject> {
  readonly #store: Store<T>

  constructor(store: Store<T>) {
    this.#store = store
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#store.get(objectKey(namespace, name))
  }

  /** By `namespace/name`, the form that queues carry. */
  byKey(key: string): T | undefined {
    return this.#store.get(key)
  }

  list(namespace?: string): T[] {
    return [...(namespace ? this.#store.byIndex('namespace', namespace).values() : this.#store.values())]
  }

  /** Throws a RangeError where nobody has added that index. */
  byIndex(index: string, value: string): T[] {
    return [...this.#store.byIndex(index, value).values()]
  }

  get size(): number {
    return this.#store.size
  }
}
