import type { Resource } from '#api/resource.ts'
import { Collection } from './collection.ts'

/**
 * Everything the API server knows, in memory: a collection a resource, one revision counter for all of them. Objects
 * are plain JSON-form objects; what is stored is shared with every reader and never changed. All operations are
 * synchronous, so that a read, a decision and a write in one turn of the event loop are one transaction.
 */
export class Store {
  #revision: number
  readonly #first: number
  readonly #collections = new Map<string, Collection>()

  /**
   * `firstRevision` must be above every revision that an earlier run gave out, or a client would resume into a gap
   * unnoticed.
   */
  constructor(firstRevision: number) {
    this.#revision = firstRevision
    this.#first = firstRevision
  }

  /** The revision of the latest write, of any resource. */
  get revision(): number {
    return this.#revision
  }

  collection(resource: Pick<Resource, 'group' | 'plural'>): Collection {
    const key = `${resource.group}/${resource.plural}`
    let collection = this.#collections.get(key)
    if (!collection) {
      collection = new Collection(
        this.#first,
        () => ++this.#revision,
        () => this.#revision,
      )
      this.#collections.set(key, collection)
    }
    return collection
  }
}
