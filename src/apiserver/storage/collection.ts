import type { ApiObject } from '#api/resource.ts'
import { type Change, ChangeWindow } from './change-window.ts'
import { sizeOf } from './object-size.ts'
import { withRevision } from './with-revision.ts'

/** Called synchronously after each commit: it must only take note. */
export type ChangeListener = () => void

/** What a collection has of its store. */
export interface CollectionStore {
  /** The revision of the latest write, of any resource. */
  revision(): number
  /** A fresh one. */
  nextRevision(): number
  /** Milliseconds; only differences count. */
  now(): number
  /** Told of each commit, after all listeners. */
  committed(): void
}

/** The objects of one resource, and its latest changes. Keys are `namespace/name` or `name`. */
export class Collection {
  readonly window = new ChangeWindow()
  readonly #objects = new Map<string, ApiObject>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #store: CollectionStore
  #trimmed: number
  #sorted: readonly string[] | undefined

  constructor(firstRevision: number, store: CollectionStore) {
    this.#store = store
    this.#trimmed = firstRevision
  }

  get size(): number {
    return this.#objects.size
  }

  /** The store's revision: what a list of now is consistent with. */
  get revision(): number {
    return this.#store.revision()
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
    const revision = this.#store.nextRevision()
    const stored = withRevision(object, revision)
    this.#objects.set(key, stored)
    if (!previous) this.#sorted = undefined
    this.#commit(revision, key, stored, previous, false)
    return stored
  }

  /**
   * Removes and returns the last state, with the deletion's revision. `last` replaces the stored state where the
   * deletion itself changes it.
   */
  delete(key: string, last?: ApiObject): ApiObject | undefined {
    const previous = this.#objects.get(key)
    if (!previous) return undefined
    const revision = this.#store.nextRevision()
    const object = withRevision(last ?? previous, revision)
    this.#objects.delete(key)
    this.#sorted = undefined
    this.#commit(revision, key, object, previous, true)
    return object
  }

  /** The number of the first change after this revision, or undefined where they are no longer all known (410 Gone). */
  numberAfter(revision: number): number | undefined {
    if (revision < this.#trimmed || revision > this.revision) return undefined
    return this.window.after(revision)
  }

  /**
   * What `keys` and `get` answered at an earlier revision, by undoing what came after; undefined where that is no
   * longer known.
   */
  at(revision: number): ReadonlyMap<string, ApiObject> | undefined {
    const first = this.numberAfter(revision)
    if (first === undefined) return undefined
    const { end } = this.window
    if (first === end) return this.#objects
    const objects = new Map(this.#objects)
    for (let number = end - 1; number >= first; number--) {
      const { key, previous } = this.window.at(number)!
      if (previous) objects.set(key, previous)
      else objects.delete(key)
    }
    return objects
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets the oldest change. */
  trim(): Change | undefined {
    const change = this.window.forget()
    if (change) this.#trimmed = change.revision
    return change
  }

  #commit(revision: number, key: string, object: ApiObject, previous: ApiObject | undefined, deleted: boolean): void {
    this.window.push({ revision, key, object, previous, deleted, bytes: sizeOf(object), at: this.#store.now() })
    for (const listener of this.#listeners) listener()
    this.#store.committed()
  }
}
