import type { ApiObject } from '#api/resource.ts'
import { withRevision } from './object-key.ts'

/** One committed change. `object` is the new state, for a deletion the last state with the deletion's revision. */
export interface Change {
  readonly revision: number
  readonly key: string
  readonly object: ApiObject
  readonly previous: ApiObject | undefined
  readonly deleted: boolean
}

/** Called synchronously after each commit: it must only take note. */
export type ChangeListener = (change: Change) => void

/** Changes kept for watches that resume; 4096 references cost less than one list. */
const RING_SIZE = 4096

/** The objects of one resource, and its latest changes. Keys are `namespace/name` or `name`. */
export class Collection {
  readonly #objects = new Map<string, ApiObject>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #next: () => number
  readonly #current: () => number
  #changes: Change[] = []
  #trimmed: number
  #sorted: readonly string[] | undefined

  constructor(firstRevision: number, next: () => number, current: () => number) {
    this.#trimmed = firstRevision
    this.#next = next
    this.#current = current
  }

  get size(): number {
    return this.#objects.size
  }

  /** The store's revision: what a list of now is consistent with. */
  get revision(): number {
    return this.#current()
  }

  /** The newest revision that can no longer be resumed from nor read at; later ones can. */
  get trimmedRevision(): number {
    return this.#trimmed
  }

  get watchers(): number {
    return this.#listeners.size
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key)
  }

  /** All keys in byte order, as etcd lists them. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return this.#sorted
  }

  values(): IterableIterator<ApiObject> {
    return this.#objects.values()
  }

  /** Stores a new state under a fresh revision and returns what was stored. */
  put(key: string, object: ApiObject): ApiObject {
    const previous = this.#objects.get(key)
    const revision = this.#next()
    const stored = withRevision(object, revision)
    this.#objects.set(key, stored)
    if (!previous) this.#sorted = undefined
    this.#commit({ revision, key, object: stored, previous, deleted: false })
    return stored
  }

  /**
   * Removes and returns the last state, with the deletion's revision. `last` replaces the stored state where the
   * deletion itself changes it.
   */
  delete(key: string, last?: ApiObject): ApiObject | undefined {
    const previous = this.#objects.get(key)
    if (!previous) return undefined
    const revision = this.#next()
    const object = withRevision(last ?? previous, revision)
    this.#objects.delete(key)
    this.#sorted = undefined
    this.#commit({ revision, key, object, previous, deleted: true })
    return object
  }

  /** The changes after this revision, oldest first, or undefined where they are no longer all known (410 Gone). */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#trimmed || revision > this.#current()) return undefined
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#changes[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#changes.slice(low)
  }

  /**
   * What `keys` and `get` answered at an earlier revision, by undoing what came after; undefined where that is no
   * longer known.
   */
  at(revision: number): ReadonlyMap<string, ApiObject> | undefined {
    const later = this.since(revision)
    if (!later) return undefined
    if (later.length === 0) return this.#objects
    const objects = new Map(this.#objects)
    for (let index = later.length - 1; index >= 0; index--) {
      const { key, previous } = later[index]!
      if (previous) objects.set(key, previous)
      else objects.delete(key)
    }
    return objects
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #commit(change: Change): void {
    this.#changes.push(change)
    if (this.#changes.length > 2 * RING_SIZE) {
      this.#trimmed = this.#changes[RING_SIZE - 1]!.revision
      this.#changes = this.#changes.slice(RING_SIZE)
    }
    for (const listener of this.#listeners) listener(change)
  }
}
