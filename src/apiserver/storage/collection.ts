import type { ApiObject } from '#api/resource.ts'
import { type NamespacedName, splitKey } from '#objects/object-key.ts'
import { ChangeWindow, type SeenChange } from './change-window.ts'
import type { Change, LoadedChange } from './journal.ts'
import { sizeOf } from './object-size.ts'
import { RestoredChange } from './restored-change.ts'
import { type Held, objectOf, specHeld, UnreadObject } from './unread-object.ts'

/** Called synchronously after each change: it must only take note. */
type ChangeListener = () => void

/** What a collection has of its store. */
interface CollectionStore {
  /** The revision of the latest change that lasts, of any resource. */
  revision(): number
  /** The oldest at which everything may still be read. */
  oldestRevision(): number
  /** Milliseconds; only differences count. */
  now(): number
}

/** As much of an object as a look at it shows. */
interface Glance {
  readonly metadata: NamespacedName
  readonly spec: unknown
}

/** What a collection was. */
interface PastObjects {
  keys(): Iterable<string>
  get(key: string): ApiObject | undefined
}

/**
 * The objects of one resource as everybody may see them, and its latest changes. Keys are `namespace/name` or `name`;
 * what is stored is shared with every reader and never changed.
 */
export class Collection {
  readonly window = new ChangeWindow()
  readonly #objects = new Map<string, Held>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #store: CollectionStore
  #trimmed: number
  #closed = false
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
    const held = this.#objects.get(key)
    if (!(held instanceof UnreadObject)) return held
    const { object } = held
    this.#objects.set(key, object)
    return object
  }

  /** Of all objects name and spec, in the order of their keys: who is unread stays so, for it takes less memory. */
  *glances(): Generator<Glance, void> {
    for (const key of this.keys()) yield { metadata: splitKey(key), spec: specHeld(this.#objects.get(key)!) }
  }

  /** All keys in byte order, as etcd lists them. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return this.#sorted
  }

  /** The keys of one namespace, in that order. */
  keysWithin(namespace: string): readonly string[] {
    if (this.#objects.size === 0) return []
    const keys = this.keys()
    const prefix = `${namespace}/`
    let [from, to] = [0, keys.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (keys[middle]! < prefix) from = middle + 1
      else to = middle
    }
    while (to < keys.length && keys[to]!.startsWith(prefix)) to++
    return keys.slice(from, to)
  }

  /** Shows a change that lasts. */
  commit(change: Change): void {
    const { revision, key, object, deleted } = change
    const previous = this.get(key)
    this.#set(key, deleted ? undefined : object)
    this.window.push({ revision, key, object, previous, deleted, bytes: sizeOf(object), at: this.#store.now() })
    for (const listener of this.#listeners) listener()
  }

  /** Takes over a change of an earlier life; one that is folded into a state leaves nothing to resume from. */
  restore(change: LoadedChange): void {
    const { key, object, deleted } = change
    const previous = this.#objects.get(key)
    this.#set(key, deleted ? undefined : object)
    if (change.revision > this.#trimmed) this.window.push(new RestoredChange(change, previous, this.#store.now()))
  }

  /** The number of the first change after this revision, or undefined where they are no longer all known (410 Gone). */
  numberAfter(revision: number): number | undefined {
    if (revision < this.#trimmed || revision > this.revision) return undefined
    return this.window.after(revision)
  }

  /**
   * What `keys` and `get` answered at an earlier revision, by undoing what came after, keys in no order; undefined
   * where that is no longer known, or was too long ago, even if nothing has changed here since.
   */
  at(revision: number): PastObjects | undefined {
    if (revision < this.#store.oldestRevision()) return undefined
    const first = this.numberAfter(revision)
    if (first === undefined) return undefined
    const { end } = this.window
    if (first === end) return { keys: () => this.#objects.keys(), get: (key) => this.get(key) }
    const objects = new Map(this.#objects)
    for (let number = end - 1; number >= first; number--) {
      const { key, previous } = this.window.at(number)!
      if (previous) objects.set(key, previous)
      else objects.delete(key)
    }
    return { keys: () => objects.keys(), get: (key) => objectOf(objects.get(key)) }
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Nothing comes any more: its watches end with what they have still to read. */
  close(): void {
    this.#closed = true
    for (const listener of this.#listeners) listener()
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Forgets the oldest change. */
  trim(): SeenChange | undefined {
    const change = this.window.forget()
    if (change) this.#trimmed = change.revision
    return change
  }

  #set(key: string, held: Held | undefined): void {
    if (held === undefined || !this.#objects.has(key)) this.#sorted = undefined
    if (held === undefined) this.#objects.delete(key)
    else this.#objects.set(key, held)
  }
}
